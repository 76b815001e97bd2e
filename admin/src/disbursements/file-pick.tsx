import { useState } from 'react';
import { api } from '../client.ts';
import { Upload } from '../page/icons.tsx';
import { ToneTag } from '../page/tone.tsx';
import { useTexts } from '../texts/texts.ts';
import { ApiError } from '../transport.ts';

/** Picks one photo and uploads it at once; gives the file's id when the server has checked and kept it. */
export const FilePick = ({ id, onReady }: { id: string; onReady: (fileId: string | null) => void }) => {
  const t = useTexts();
  const [state, setState] = useState<{ name: string; fault: string | null; done: boolean } | null>(null);
  const upload = async (file: File): Promise<void> => {
    onReady(null);
    setState({ name: file.name, fault: null, done: false });
    try {
      const begun = await api.files.begin({ body: { name: file.name, size: file.size } });
      const kept = await api.files.append({ params: { id: begun.id }, query: { offset: 0 } }, { raw: file });
      if (kept.status !== 'ready')
        throw new ApiError(422, 'file-refused', kept.reason ?? t.states.unexpected);
      setState({ name: file.name, fault: null, done: true });
      onReady(kept.id);
    } catch (error) {
      setState({
        name: file.name,
        fault: error instanceof ApiError ? error.message : t.states.unexpected,
        done: false,
      });
    }
  };
  return (
    <div className="row">
      <label className="file-pick">
        <Upload /> {t.visit.choose}
        <input
          id={id}
          className="visually-hidden"
          type="file"
          accept="image/jpeg,image/png,image/heic,.heic,application/pdf"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file) void upload(file);
          }}
        />
      </label>
      <span className="quiet">{state?.name}</span>
      {state?.done ? <ToneTag tone="good">{t.visit.uploaded}</ToneTag> : null}
      {state?.fault ? <ToneTag tone="danger">{state.fault}</ToneTag> : null}
    </div>
  );
};
