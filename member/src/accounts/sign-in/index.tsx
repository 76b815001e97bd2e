import { useEffect, useState } from 'react';
import { useRouter } from '@tarojs/taro';
import { checkPhone } from '@smart-union/catalogue-kit/checks/phone.ts';
import { client } from '../../client.ts';
import { TextBox } from '../../form/TextBox.tsx';
import { Page } from '../../layout/Page.tsx';
import { Button } from '../../parts/Button.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { Notice } from '../../parts/Tag.tsx';
import { isOffline, reasonOf } from '../../loading.ts';
import { continueAfterSignIn, go } from '../../navigation.ts';
import { findSession, signIn } from '../../session.ts';
import { changeSettings, useSettings } from '../../settings.ts';
import { inLanguage, useTexts } from '../../texts/index.ts';
import './sign-in.css';

export default function SignIn() {
  const texts = useTexts();
  const words = texts.signIn;
  const { language } = useSettings();
  const other = language === 'en' ? 'zh-CN' : 'en';
  const { next, query } = useRouter().params;
  const [phone, setPhone] = useState('');
  const [code, setCode] = useState('');
  const [faults, setFaults] = useState({ phone: '', code: '' });
  const [sent, setSent] = useState(false);
  const [outbox, setOutbox] = useState<string | null>(null);
  const [wait, setWait] = useState(0);
  const [busy, setBusy] = useState<'code' | 'signing' | null>(null);

  useEffect(() => {
    // Whoever is signed in already has no business here; a lost line is told when she taps.
    const skipWhenSignedIn = async () => {
      const session = await findSession().catch(() => null);
      if (session) continueAfterSignIn(next, query);
    };
    void skipWhenSignedIn();
  }, [next, query]);

  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);

  const checked = (): string | null => {
    const verdict = checkPhone(phone);
    if (verdict.ok) return verdict.phone;
    setFaults({
      phone: inLanguage(verdict.reason, 'A mobile number has 11 digits and begins with 13 to 19.'),
      code: '',
    });
    return null;
  };

  const sendCode = async () => {
    const number = checked();
    if (!number) return;
    setBusy('code');
    setFaults({ phone: '', code: '' });
    try {
      const answer = await client.accounts.requestCode({ body: { phone: number } });
      setSent(true);
      setOutbox(answer.outbox);
      setWait(answer.retryAfterSeconds);
    } catch (error) {
      setFaults({ phone: isOffline(error) ? texts.states.notSent : reasonOf(error), code: '' });
    } finally {
      setBusy(null);
    }
  };

  const enter = async () => {
    const number = checked();
    if (!number) return;
    if (!code.trim()) return setFaults({ phone: '', code: words.codeNeeded });
    setBusy('signing');
    setFaults({ phone: '', code: '' });
    try {
      await signIn(number, code.trim());
      continueAfterSignIn(next, query);
    } catch (error) {
      setFaults({
        phone: '',
        code: isOffline(error) ? texts.states.notSent : reasonOf(error) || words.wrong,
      });
    } finally {
      setBusy(null);
    }
  };

  return (
    <Page title={texts.appName} tab="signIn">
      <h2 className="heading heading-first">{words.welcome}</h2>
      <p className="text quiet">{words.hint}</p>
      <section className="card sign-in">
        <TextBox
          id="phone"
          label={words.phone}
          keyboard="tel"
          autoComplete="tel"
          maxLength={20}
          value={phone}
          fault={faults.phone}
          onChange={setPhone}
        />
        <TextBox
          id="code"
          label={words.code}
          keyboard="numeric"
          autoComplete="one-time-code"
          maxLength={8}
          value={code}
          fault={faults.code}
          onChange={setCode}
        />
        <div className="stack">
          <Button wide busy={busy === 'code'} disabled={wait > 0} onClick={() => void sendCode()}>
            {wait > 0 ? words.again(wait) : words.sendCode}
          </Button>
          <Button look="main" wide busy={busy === 'signing'} onClick={() => void enter()}>
            {busy === 'signing' ? words.sending : words.submit}
          </Button>
        </div>
      </section>
      <div role="status">
        {sent ? (
          <Notice tone="info" icon="inbox">
            {words.sent}
          </Notice>
        ) : null}
        {outbox && process.env.TARO_ENV === 'h5' ? (
          <p className="text">
            <a className="link" href={outbox} target="_blank" rel="noreferrer">
              <Icon name="inbox" /> {words.outbox}
            </a>
          </p>
        ) : null}
      </div>
      <div className="stack">
        <Button look="quiet" onClick={() => go('findUnion')}>
          {words.elsewhere}
        </Button>
        <Button look="quiet" onClick={() => changeSettings({ language: other })}>
          <span lang={other}>{texts.me.language}</span>
        </Button>
      </div>
    </Page>
  );
}
