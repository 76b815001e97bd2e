import { useEffect, useState } from 'react';
import { findDemoAccount, signInDemo } from './demo-account.ts';
import type { DemoAccount } from './demo-account.ts';
import { useTexts } from './texts/texts.ts';

/**
 * Shown to whoever is not signed in. The wall has no sign-in of its own: it uses the cadres' session, and in a demo
 * federation offers the view-only account in one click.
 */
export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const texts = useTexts();
  const [demo, setDemo] = useState<DemoAccount | null>(null);
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle');
  useEffect(() => {
    const abort = new AbortController();
    void findDemoAccount(abort.signal).then((found) => abort.signal.aborted || setDemo(found));
    return () => abort.abort();
  }, []);

  // The sign-in opens in a tab of its own; coming back to this one is the sign that it is done.
  useEffect(() => {
    addEventListener('focus', onSignedIn);
    return () => removeEventListener('focus', onSignedIn);
  }, [onSignedIn]);

  const watch = async (account: DemoAccount): Promise<void> => {
    setState('busy');
    if (await signInDemo(account)) onSignedIn();
    else setState('failed');
  };
  return (
    <main className="notice">
      <img className="mark" src={`${import.meta.env.BASE_URL}mark.svg`} alt="" />
      <h1>{texts.signIn}</h1>
      <p>{texts.signInHint}</p>
      <p className="choices">
        <a
          className={demo === null ? 'button' : 'button button-quiet'}
          href="/admin/"
          target="_blank"
          rel="noopener"
        >
          {texts.signInButton}
        </a>
        {demo !== null && (
          <button
            type="button"
            className="button"
            disabled={state === 'busy'}
            onClick={() => void watch(demo)}
          >
            {texts.demoButton}
          </button>
        )}
      </p>
      {state === 'failed' && <p role="alert">{texts.demoFailed}</p>}
    </main>
  );
}
