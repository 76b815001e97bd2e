import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { FilesField } from '@smart-union/catalogue-kit/fields/files.ts';
import { Labelled } from '../form/Labelled.tsx';
import { Icon } from '../parts/Icon.tsx';
import { listText } from '../format.ts';
import { inLanguage, useTexts } from '../texts/index.ts';
import { reasonOf } from '../loading.ts';
import { FileLine } from './FileLine.tsx';
import type { Line } from './FileLine.tsx';
import { chooseSources, sourceOfFile } from './source.ts';
import type { Source } from './source.ts';
import { upload } from './upload.ts';
import type { Uploaded } from './upload.ts';

const ACCEPT = 'image/jpeg,image/png,image/heic,image/heif,application/pdf,.heic,.heif';

/** Whether something is on its way, or was refused and stands there still. */
export type UploadState = 'idle' | 'sending' | 'refused';

/** Photos and papers: chosen or taken, sent piece by piece, each with its progress, its fault, and a way out. */
export function FilesBox({
  id,
  field,
  label,
  hint,
  fault,
  ids,
  known,
  onChange,
  onUpload,
}: {
  id: string;
  field: FilesField;
  label: string;
  hint?: string | undefined;
  fault?: string | null | undefined;
  /** Ids of what is already stored: the answer. */
  ids: string[];
  /** What the server said of them when the page opened. */
  known: Uploaded[];
  onChange: (ids: string[], file: Uploaded | null) => void;
  onUpload: (state: UploadState) => void;
}) {
  const texts = useTexts();
  const [lines, setLines] = useState<Line[]>([]);
  const latest = useRef({ ids, onChange, dropped: new Set<number>(), serial: 0 });
  Object.assign(latest.current, { ids, onChange });

  const has = (state: Line['state']) => lines.some((line) => line.state === state);
  const state = has('sending') ? 'sending' : has('refused') ? 'refused' : 'idle';
  // Before the screen shows 已上传: a tap right then must not find it still on its way.
  useLayoutEffect(() => onUpload(state), [state, onUpload]);
  useEffect(
    () => () => {
      for (let key = 0; key <= latest.current.serial; key += 1) latest.current.dropped.add(key);
    },
    [],
  );

  const change = (key: number, part: Partial<Line>) =>
    setLines((all) => all.map((line) => (line.key === key ? { ...line, ...part } : line)));

  const drop = (key: number) => {
    latest.current.dropped.add(key);
    setLines((all) => all.filter((line) => line.key !== key));
  };

  const send = async (key: number, source: Source) => {
    change(key, { state: 'sending', reason: '' });
    try {
      const stored = await upload(
        source,
        (received, waiting) => change(key, { received, waiting }),
        () => latest.current.dropped.has(key),
      );
      if (!stored) return;
      if (stored.status === 'refused') {
        const reason = inLanguage(stored.reason ?? '', stored.reasonEn);
        return change(key, { state: 'refused', reason });
      }
      drop(key);
      latest.current.onChange([...latest.current.ids, stored.id], stored);
    } catch (error) {
      change(key, { state: 'refused', reason: reasonOf(error) });
    }
  };

  const add = (sources: Source[]) => {
    const room = field.maxCount - latest.current.ids.length - lines.length;
    for (const source of sources.slice(0, Math.max(0, room))) {
      latest.current.serial += 1;
      const key = latest.current.serial;
      const line: Line = { key, source, state: 'sending', received: 0, waiting: false, reason: '' };
      setLines((all) => [...all, line]);
      void send(key, source);
    }
  };

  const names = listText(field.types.map((type) => type.toUpperCase()));
  const full = ids.length + lines.length >= field.maxCount;
  const words = ids.length + lines.length ? texts.files.more : texts.files.add;
  return (
    <Labelled id={id} label={label} hint={hint} fault={fault} optional={!field.required} group>
      <p className="field-hint">{texts.files.kinds(names, field.maxCount)}</p>
      <ul className="photos" aria-live="polite">
        {ids.map((fileId) => (
          <FileLine
            key={fileId}
            fileId={fileId}
            file={known.find((one) => one.id === fileId) ?? null}
            onRemove={() =>
              onChange(
                ids.filter((one) => one !== fileId),
                null,
              )
            }
          />
        ))}
        {lines.map((line) => (
          <FileLine key={line.key} line={line} onRemove={() => drop(line.key)} />
        ))}
      </ul>
      {full ? null : process.env.TARO_ENV === 'weapp' ? (
        <button
          type="button"
          className="photo-add"
          onClick={() => void chooseSources(field.maxCount - ids.length - lines.length).then(add)}
        >
          <Icon name="camera" />
          {words}
        </button>
      ) : (
        <label className="photo-add">
          <Icon name="camera" />
          {words}
          <input
            type="file"
            className="visually-hidden"
            accept={ACCEPT}
            multiple={field.maxCount > 1}
            onChange={(event) => {
              const chosen = [...(event.target.files ?? [])];
              event.target.value = '';
              add(chosen.map(sourceOfFile));
            }}
          />
        </label>
      )}
    </Labelled>
  );
}
