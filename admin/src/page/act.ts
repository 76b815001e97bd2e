import { App } from 'antd';
import { useState } from 'react';
import { ApiError } from '../transport.ts';
import { useTexts } from '../texts/texts.ts';

/**
 * Runs one act at a time: busy while it runs, the failure in words, a line when it is done.
 * A second click while the first is under way does nothing.
 */
export const useAct = () => {
  const { message } = App.useApp();
  const t = useTexts();
  const [busy, setBusy] = useState(false);
  const run = async (act: () => Promise<unknown>, done?: string | (() => string)): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    try {
      await act();
      if (done) void message.success(typeof done === 'string' ? done : done());
      return true;
    } catch (error) {
      void message.error(error instanceof ApiError ? error.message : t.states.unexpected, 6);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, run };
};
