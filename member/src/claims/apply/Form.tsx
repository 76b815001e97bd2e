import { useCallback, useEffect, useRef, useState } from 'react';
import Taro from '@tarojs/taro';
import { ApiError } from '@smart-union/api-client';
import { client } from '../../client.ts';
import { Page } from '../../layout/Page.tsx';
import { Button } from '../../parts/Button.tsx';
import { Notice } from '../../parts/Tag.tsx';
import { isOffline, reasonOf, signInIfNeeded } from '../../loading.ts';
import { showProgress } from '../../navigation.ts';
import { inLanguage, useTexts } from '../../texts/index.ts';
import type { UploadState } from '../../files/FilesBox.tsx';
import { FieldBox } from './FieldBox.tsx';
import { Summary } from './Summary.tsx';
import type { MyCase } from './draft.ts';
import { formOf, useDraft } from './draft.ts';
import { faultsOf } from './faults.ts';

/** To the top of the screen, or to the field that wants correcting; the keyboard and the screen reader go along. */
function toTop(fieldId?: string): void {
  if (!fieldId) void Taro.pageScrollTo({ scrollTop: 0, duration: 0 });
  if (process.env.TARO_ENV !== 'h5') return;
  const field = fieldId ? document.getElementById(fieldId) : null;
  const target = field ?? document.getElementById(`${fieldId ?? 'form'}-label`);
  target?.scrollIntoView({ block: 'center' });
  target?.focus({ preventScroll: true });
}

/** The form of any item: a group a screen, a summary before sending. */
export function Form({ opened, itemTitle }: { opened: MyCase; itemTitle: string }) {
  const texts = useTexts();
  const form = formOf(opened);
  const draft = useDraft(opened);
  const [files, setFiles] = useState(() => Object.values(opened.files).flat());
  const [shown, setShown] = useState<Record<string, string>>({});
  const [uploads, setUploads] = useState<Record<string, UploadState>>({});
  const [sending, setSending] = useState(false);
  const [queued, setQueued] = useState(false);
  const [problem, setProblem] = useState('');
  const step = Math.min(draft.step, form.length);
  const group = form[step];
  const busy = Object.values(uploads).includes('sending');

  useEffect(() => toTop(), [step]);
  const told = useRef<Record<string, UploadState>>({});
  const setUpload = useCallback((id: string, state: UploadState) => {
    // Told at every drawing; only a change may take a fault away.
    if (told.current[id] === state) return;
    told.current[id] = state;
    setUploads((all) => ({ ...all, [id]: state }));
    if (state !== 'refused') setShown((all) => (all[id] ? { ...all, [id]: '' } : all));
  }, []);
  /** What is on its way is no fault: it goes on while she fills in the rest. What was refused must not be missed. */
  const faultsNow = () => {
    const faults = faultsOf(form, draft.answers, draft.sealed);
    for (const [id, state] of Object.entries(uploads)) {
      if (state === 'sending') delete faults[id];
      if (state === 'refused') faults[id] = texts.files.notUploaded;
    }
    return faults;
  };

  const change = (id: string, value: unknown, now?: boolean) => {
    draft.set(id, value, now);
    // A fault goes away as soon as it is put right, and comes only when she goes on.
    if (shown[id]) {
      const still = faultsOf(form, { ...draft.answers, [id]: value }, draft.sealed)[id];
      setShown((all) => ({ ...all, [id]: still ?? '' }));
    }
  };

  const next = () => {
    if (!group) return;
    setProblem('');
    const faults = faultsNow();
    const mine = Object.fromEntries(group.fields.flatMap(({ id }) => (faults[id] ? [[id, faults[id]]] : [])));
    setShown(mine);
    const first = Object.keys(mine)[0];
    if (first) return toTop(first);
    void draft.flush();
    draft.setStep(step + 1);
  };

  const send = async () => {
    setProblem('');
    if (busy) return setQueued(true);
    const faults = faultsNow();
    const first = form.findIndex(({ fields }) => fields.some(({ id }) => faults[id]));
    if (first >= 0) {
      setShown(faults);
      return draft.setStep(first);
    }
    setSending(true);
    try {
      if (!(await draft.flush())) return setProblem(texts.states.notSent);
      const version = draft.version();
      await client.cases.submit(
        { params: { id: opened.id }, body: { version } },
        // The same form sent twice, by a second tap or after a lost answer, has one effect.
        { idempotencyKey: `submission-${opened.id}-${version}` },
      );
      draft.discard();
      showProgress(opened.id);
    } catch (error) {
      if (signInIfNeeded(error)) return;
      if (error instanceof ApiError && error.fields.length > 0) {
        const told = Object.fromEntries(
          error.fields.map(({ field, reason }) => [field.replace(/^answers\./, ''), reason]),
        );
        setShown(told);
        const at = form.findIndex(({ fields }) => fields.some(({ id }) => told[id]));
        if (at >= 0) draft.setStep(at);
      }
      setProblem(isOffline(error) ? texts.states.notSent : reasonOf(error));
    } finally {
      setSending(false);
    }
  };

  const sendWhenUploaded = useRef(send);
  sendWhenUploaded.current = send;
  useEffect(() => {
    if (busy || !queued) return;
    setQueued(false);
    void sendWhenUploaded.current();
  }, [busy, queued]);
  const back = () => {
    setQueued(false);
    draft.setStep(step - 1);
  };

  const last = step >= form.length;
  const action = (
    <>
      {step > 0 ? <Button onClick={back}>{texts.common.previous}</Button> : null}
      {last ? (
        <Button look="main" busy={sending || queued} onClick={() => void send()}>
          {sending || queued
            ? texts.apply.submitting
            : opened.status === 'returned'
              ? texts.apply.resubmit
              : texts.apply.submit}
        </Button>
      ) : (
        <Button look="main" onClick={next}>
          {texts.common.next}
        </Button>
      )}
    </>
  );

  return (
    <Page title={itemTitle} action={action}>
      {opened.returnedNote && opened.status === 'returned' ? (
        <Notice tone="waiting" icon="alert" title={texts.apply.returnedTitle}>
          {opened.returnedNote}
        </Notice>
      ) : null}
      <div className="steps" aria-hidden="true">
        {[...form.map(({ id }) => id), 'summary'].map((id, at) => (
          <span key={id} className={`steps-bar${at <= step ? ' steps-done' : ''}`} />
        ))}
      </div>
      <h2 className="heading heading-first" id="form-label" tabIndex={-1}>
        <span className="small">{texts.apply.step(step + 1, form.length + 1)} · </span>
        {group ? inLanguage(group.title, group.titleEn) : texts.apply.summaryTitle}
      </h2>
      <p className="save-state" role="status">
        {draft.saveState === 'saving'
          ? texts.apply.draftSaving
          : draft.saveState === 'offline'
            ? texts.apply.draftOffline
            : draft.saveState === 'conflict'
              ? texts.apply.conflict
              : texts.apply.draftSaved}
      </p>
      {problem ? (
        <Notice tone="danger" alert>
          {problem}
        </Notice>
      ) : null}
      {busy && last ? <Notice tone="info">{queued ? texts.files.queued : texts.files.wait}</Notice> : null}
      {/* Every group stays in the document: leaving its screen must not break off an upload. */}
      {form.map((one, at) => (
        <div key={one.id} className={at === step ? '' : 'step-away'}>
          {one.fields.map((field) => (
            <FieldBox
              key={field.id}
              field={field}
              value={draft.answers[field.id]}
              answers={draft.answers}
              sealed={draft.sealed[field.id]}
              fault={shown[field.id] || null}
              files={files}
              onChange={(value, now) => change(field.id, value, now)}
              onFile={(file) => setFiles((all) => [...all, file])}
              onUpload={(state) => setUpload(field.id, state)}
            />
          ))}
        </div>
      ))}
      {group ? null : (
        <>
          <p className="text quiet">{texts.apply.summaryHint}</p>
          <Summary
            form={form}
            answers={draft.answers}
            sealed={draft.sealed}
            faults={shown}
            onChange={(to) => {
              setQueued(false);
              draft.setStep(to);
            }}
          />
        </>
      )}
    </Page>
  );
}
