import type { Contract, ReplyOf } from '@smart-union/contract';
import { routes, urlOf } from '@smart-union/api-client';
import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { Pdf } from '../page/icons.tsx';
import { pick, useTexts, type Texts } from '../texts/texts.ts';
import type { CaseDetail } from './cases.ts';
import { definitionOf } from './definition.ts';
import { PhotoPane } from './photo-pane.tsx';

type EvidenceFile = ReplyOf<Contract['files']['get']>;

const contentUrl = (id: string, size: 'full' | 'preview'): string =>
  urlOf(routes.files.content[1], { id }, { size });

const labelled = (detail: CaseDetail, t: Texts): { label: string; file: EvidenceFile }[] => {
  // What a visitor adds has no field in the form.
  const added: Record<string, string> = {
    'visit-photo': t.visit.photo,
    'visit-signature': t.visit.signature,
  };
  const fields = definitionOf(detail.definition).fields;
  return Object.entries(detail.files).flatMap(([id, files]) => {
    const field = fields.find((one) => one.id === id);
    return files.map((file) => ({
      label: field ? pick(field.label, field.labelEn) : (added[id] ?? id),
      file,
    }));
  });
};

/** Photos side by side or one by one, each with its own zoom and turn; papers open in a tab of their own. */
export const Evidence = ({ detail }: { detail: CaseDetail }) => {
  const t = useTexts();
  const [mode, setMode] = useState<'side' | 'single'>('side');
  const [at, setAt] = useState(0);
  const all = labelled(detail, t);
  const photos = all.filter(({ file }) => file.mediaType?.startsWith('image/'));
  const papers = all.filter(({ file }) => !file.mediaType?.startsWith('image/'));
  const current = Math.min(at, Math.max(0, photos.length - 1));
  const shown = mode === 'side' ? photos : photos.slice(current, current + 1);
  return (
    <section className="panel" aria-label={t.cases.evidence}>
      <div className="row evidence-head">
        <h2 className="section-title grow">{t.cases.evidence}</h2>
        {photos.length > 1 ? (
          <>
            {mode === 'single' ? (
              <span className="row">
                <Button size="small" disabled={current === 0} onClick={() => setAt(current - 1)}>
                  ‹
                </Button>
                <span className="quiet">{t.cases.photo(current + 1, photos.length)}</span>
                <Button
                  size="small"
                  disabled={current === photos.length - 1}
                  onClick={() => setAt(current + 1)}
                >
                  ›
                </Button>
              </span>
            ) : null}
            <Segmented
              size="small"
              value={mode}
              onChange={setMode}
              options={[
                { value: 'side', label: t.cases.sideBySide },
                { value: 'single', label: t.cases.single },
              ]}
            />
          </>
        ) : null}
      </div>
      {all.length === 0 ? <p className="quiet">{t.cases.noEvidence}</p> : null}
      <div className={shown.length > 1 ? 'photos photos-side' : 'photos'}>
        {shown.map(({ label, file }) => (
          <PhotoPane
            key={file.id}
            label={label}
            preview={contentUrl(file.id, 'preview')}
            full={contentUrl(file.id, 'full')}
          />
        ))}
      </div>
      {papers.length > 0 ? (
        <ul className="papers">
          {papers.map(({ label, file }) => (
            <li key={file.id}>
              <a href={contentUrl(file.id, 'full')} target="_blank" rel="noreferrer">
                <Pdf /> {label} · {file.name}
              </a>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
};
