import { addressOf } from './address.ts';
import { useTexts } from './texts/texts.ts';

/** While the first figures are read: the shape of the wall without numbers, or why there are none yet. */
export function Skeleton({ failed, onRetry }: { failed: boolean; onRetry: () => void }) {
  const texts = useTexts();
  if (failed) {
    return (
      <main className="notice" role="alert">
        <h1>{texts.loadFailed}</h1>
        <p>{texts.loadFailedHint(5)}</p>
        <button type="button" className="button" onClick={onRetry}>
          {texts.retryNow}
        </button>
      </main>
    );
  }
  return (
    <main className="stage skeleton" aria-busy="true">
      <p className="spoken">{texts.loading}</p>
      <div className="panel" />
      <div className="centre" />
      <div className="right" />
    </main>
  );
}

/** A page that has no figures to show, and what to do about it. */
export function Notice(props: { title: string; text: string; toStart?: boolean; signIn?: boolean }) {
  const texts = useTexts();
  return (
    <main className="notice">
      <h1>{props.title}</h1>
      <p>{props.text}</p>
      {props.toStart && (
        <a className="button" href={addressOf(null)}>
          {texts.toStart}
        </a>
      )}
      {props.signIn && (
        <a className="button" href="/admin/">
          {texts.signInButton}
        </a>
      )}
    </main>
  );
}
