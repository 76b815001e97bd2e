import { useEffect, useState } from 'react';
import Taro from '@tarojs/taro';
import { urlOf } from '@smart-union/api-client';
import { serverOrigin } from '../transport.ts';
import { findStored } from '../storage.ts';

/** An address an `<img>` can show for a stored file; null while the mini-program fetches it under its token. */
export function usePreview(fileId: string | null): string | null {
  const path = fileId ? urlOf('/files/:id/content', { id: fileId }, { size: 'preview' }) : null;
  const [local, setLocal] = useState<string | null>(null);
  useEffect(() => {
    if (process.env.TARO_ENV === 'h5' || !path) return;
    let gone = false;
    Taro.downloadFile({
      url: serverOrigin() + path,
      header: { authorization: `Bearer ${findStored<string>('token') ?? ''}` },
    }).then(
      (got) => {
        if (!gone && got.statusCode === 200) setLocal(got.tempFilePath);
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [path]);
  return process.env.TARO_ENV === 'h5' ? path : local;
}
