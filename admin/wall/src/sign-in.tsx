import { useTexts } from './texts/texts.ts';

/** Shown to whoever is not signed in. The wall has no sign-in of its own: it uses the cadres' session. */
export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const texts = useTexts();
  void onSignedIn;
  return (
    <main className="notice">
      <h1>{texts.signIn}</h1>
      <p>{texts.signInHint}</p>
      <a className="button" href="/admin/">
        {texts.signInButton}
      </a>
    </main>
  );
}
