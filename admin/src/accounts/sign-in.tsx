import { useQueryClient } from '@tanstack/react-query';
import { useLocation, useRouter } from '@tanstack/react-router';
import { Alert, Button, Form, Input } from 'antd';
import { useEffect, useState } from 'react';
import { api } from '../client.ts';
import { Key, Lock, Person } from '../page/icons.tsx';
import type { ListSearch } from '../page/list-search.ts';
import { sessionQuery } from '../session.ts';
import { switchLocale, useLocale, useTexts } from '../texts/texts.ts';
import { ApiError } from '../transport.ts';
import { safeBack } from './safe-back.ts';

interface Typed {
  username: string;
  password: string;
  totp?: string;
}

/** User name and password, then the one-time code where the person's roles require it. */
export const SignIn = () => {
  const t = useTexts();
  const locale = useLocale();
  const router = useRouter();
  const queryClient = useQueryClient();
  const search = useLocation().search as ListSearch;
  const [form] = Form.useForm<Typed>();
  const [step, setStep] = useState<'password' | 'totp'>('password');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    document.title = `${t.signIn.title} · ${t.shell.product}`;
  }, [t]);
  useEffect(() => {
    if (step === 'totp') form.focusField('totp');
  }, [step, form]);

  const submit = async (): Promise<void> => {
    const { username, password, totp } = form.getFieldsValue(true) as Typed;
    setBusy(true);
    setFault(null);
    try {
      const reply = await api.accounts.signInCadre({
        body: { username: username.trim(), password, totp: totp?.trim() },
      });
      if ('totpRequired' in reply) {
        setStep('totp');
        return;
      }
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, reply);
      await router.navigate({ href: safeBack(search.back) });
    } catch (error) {
      setFault(error instanceof ApiError ? error.message : t.states.unexpected);
      if (step === 'totp') form.setFieldValue('totp', '');
    } finally {
      setBusy(false);
    }
  };

  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <div className="sign-in-brand">
          <img src="/admin/mark.svg" alt="" width={44} height={44} />
          <div>
            <div className="sign-in-product">{t.shell.product}</div>
            <div className="quiet">{t.shell.workplace}</div>
          </div>
          <Button
            type="link"
            size="small"
            className="sign-in-language"
            onClick={() => switchLocale(locale === 'en' ? 'zh-CN' : 'en')}
          >
            {t.shell.language}
          </Button>
        </div>
        <h1 className="visually-hidden">{t.signIn.title}</h1>
        {search.ended ? (
          <Alert type="info" showIcon title={t.signIn.ended} style={{ marginBottom: 16 }} />
        ) : null}
        <Form form={form} layout="vertical" size="large" requiredMark={false} onFinish={() => void submit()}>
          {step === 'password' ? (
            <>
              <Form.Item
                name="username"
                label={t.signIn.username}
                rules={[{ required: true, message: t.signIn.missing }]}
              >
                <Input
                  prefix={<Person />}
                  autoComplete="username"
                  autoFocus
                  autoCapitalize="none"
                  spellCheck={false}
                />
              </Form.Item>
              <Form.Item
                name="password"
                label={t.signIn.password}
                rules={[{ required: true, message: t.signIn.missing }]}
              >
                <Input.Password prefix={<Lock />} autoComplete="current-password" />
              </Form.Item>
            </>
          ) : (
            <Form.Item
              name="totp"
              label={t.signIn.totp}
              extra={t.signIn.totpNote}
              rules={[{ required: true, message: t.signIn.missing }]}
            >
              <Input prefix={<Key />} inputMode="numeric" autoComplete="one-time-code" maxLength={8} />
            </Form.Item>
          )}
          {fault ? (
            <Alert type="error" showIcon title={fault} role="alert" style={{ marginBottom: 16 }} />
          ) : null}
          <Button type="primary" htmlType="submit" block loading={busy}>
            {t.signIn.submit}
          </Button>
          {step === 'totp' ? (
            <Button type="link" block onClick={() => setStep('password')} style={{ marginTop: 8 }}>
              {t.signIn.again}
            </Button>
          ) : null}
        </Form>
        <p className="quiet sign-in-foot">{t.signIn.forgotten}</p>
        <DemoLink />
      </div>
    </main>
  );
};

/** The page of demo accounts exists in demo mode only: ask for it, and show the link when it is there. */
const DemoLink = () => {
  const t = useTexts();
  const [there, setThere] = useState(false);
  useEffect(() => {
    const leave = new AbortController();
    fetch('/dev/accounts', { method: 'HEAD', signal: leave.signal })
      .then((response) => setThere(response.ok))
      // No answer means no demo page; the sign-in itself will say so if the server is away.
      .catch(() => undefined);
    return () => leave.abort();
  }, []);
  return there ? (
    <p className="sign-in-foot">
      <a href="/dev/accounts" target="_blank" rel="noreferrer">
        {t.signIn.demo}
      </a>
    </p>
  ) : null;
};
