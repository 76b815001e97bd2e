import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from '@smart-union/api-client';
import { givenSealed } from '@smart-union/catalogue-kit/fields/field.ts';
import type { Field } from '@smart-union/catalogue-kit/fields/index.ts';
import type { FieldGroup } from '@smart-union/catalogue-kit/definition.ts';
import type { Reply } from '../../client.ts';
import { client } from '../../client.ts';
import { isOffline, signInIfNeeded } from '../../loading.ts';
import { findStored, forget, store } from '../../storage.ts';
import { inLanguage } from '../../texts/index.ts';

export type MyCase = Reply<'cases', 'getMine'>;
export type Answers = Record<string, unknown>;
export type SaveState = 'saved' | 'saving' | 'offline' | 'conflict';

/** What this phone keeps of a form beside the server's draft. Sensitive answers are never in it. */
interface LocalCopy {
  answers: Answers;
  /** True while the server has not confirmed it. */
  unsent: boolean;
  step: number;
}

const keyOf = (caseId: string) => `draft.${caseId}`;
const SAVE_AFTER_MS = 800;
const RETRY_AFTER_MS = 5000;

/** The groups of fields a case's definition asks for. */
export function formOf(myCase: Pick<MyCase, 'definition'>): FieldGroup[] {
  return (myCase.definition as unknown as { form: FieldGroup[] }).form;
}

/** The mask of a sealed answer, in the language shown. */
export const maskText = (mask: unknown): string =>
  inLanguage(String(mask), mask === givenSealed.zh ? givenSealed.en : null);

const isSealed = (fields: Field[], id: string) => fields.some((field) => field.id === id && field.sensitive);

/**
 * The answers of one application while they are being filled in: kept here at every key, on the phone without the
 * sensitive ones, and on the server a moment after typing stops, again and again until the line is back.
 */
export function useDraft(opened: MyCase) {
  const fields = formOf(opened).flatMap((group) => group.fields);
  const sealed = useRef<Record<string, string>>({});
  const [start] = useState(() => {
    const local = findStored<LocalCopy>(keyOf(opened.id));
    const answers: Answers = {};
    for (const [id, value] of Object.entries(opened.answers)) {
      if (isSealed(fields, id)) sealed.current[id] = maskText(value);
      else answers[id] = value;
    }
    const waiting = local?.unsent === true;
    return { answers: waiting ? { ...answers, ...local.answers } : answers, step: local?.step ?? 0, waiting };
  });
  const [answers, setAnswers] = useState<Answers>(start.answers);
  const [step, setStepState] = useState(start.step);
  const [saveState, setSaveState] = useState<SaveState>(start.waiting ? 'offline' : 'saved');
  const live = useRef({
    answers: start.answers,
    step: start.step,
    version: opened.version,
    dirty: start.waiting,
  });
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const running = useRef<Promise<boolean> | null>(null);

  const keepLocal = useCallback(() => {
    const { answers: all, step: at, dirty } = live.current;
    const plain = Object.fromEntries(Object.entries(all).filter(([id]) => !isSealed(fields, id)));
    store(keyOf(opened.id), { answers: plain, unsent: dirty, step: at } satisfies LocalCopy);
    // The form never changes while it is open.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [opened.id]);

  /** Sends what is unsent; true when the server has everything. */
  const flush = useCallback(async (): Promise<boolean> => {
    clearTimeout(timer.current);
    while (running.current) await running.current;
    if (!live.current.dirty) return true;
    const attempt = (async () => {
      live.current.dirty = false;
      setSaveState('saving');
      try {
        const sent = live.current.answers;
        const saved = await client.cases.saveAnswers({
          params: { id: opened.id },
          body: { answers: sent, version: live.current.version },
        });
        live.current.version = saved.version;
        keepLocal();
        setSaveState('saved');
        return true;
      } catch (error) {
        live.current.dirty = true;
        keepLocal();
        if (signInIfNeeded(error)) return false;
        if (error instanceof ApiError && error.code === 'version-stale') {
          // Saved elsewhere, or our own save arrived although its answer was lost: take the newest version number.
          const fresh = await client.cases.getMine({ params: { id: opened.id } }).catch(() => null);
          if (fresh) live.current.version = fresh.version;
          setSaveState(fresh ? 'conflict' : 'offline');
        } else setSaveState(isOffline(error) ? 'offline' : 'conflict');
        timer.current = setTimeout(() => void flush(), RETRY_AFTER_MS);
        return false;
      }
    })();
    running.current = attempt;
    try {
      return await attempt;
    } finally {
      running.current = null;
    }
  }, [keepLocal, opened.id]);

  const set = useCallback(
    (id: string, value: unknown, now = false) => {
      live.current.answers = { ...live.current.answers, [id]: value };
      live.current.dirty = true;
      setAnswers(live.current.answers);
      keepLocal();
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void flush(), now ? 0 : SAVE_AFTER_MS);
    },
    [flush, keepLocal],
  );

  const setStep = useCallback(
    (next: number) => {
      live.current.step = next;
      setStepState(next);
      keepLocal();
    },
    [keepLocal],
  );

  useEffect(() => {
    if (live.current.dirty) void flush();
    if (process.env.TARO_ENV !== 'h5') return () => clearTimeout(timer.current);
    const again = () => void flush();
    window.addEventListener('online', again);
    return () => {
      clearTimeout(timer.current);
      window.removeEventListener('online', again);
      void flush();
    };
  }, [flush]);

  return {
    answers,
    /** Masks of the sensitive answers the server already has. */
    sealed: sealed.current,
    step,
    setStep,
    set,
    flush,
    saveState,
    version: () => live.current.version,
    discard: () => {
      live.current.dirty = false;
      clearTimeout(timer.current);
      forget(keyOf(opened.id));
    },
  };
}
