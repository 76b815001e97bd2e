import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Form, Input, QRCode, Segmented, Typography } from 'antd';
import { useState } from 'react';
import { api } from '../client.ts';
import { Deputies } from './deputies.tsx';
import { useAct } from '../page/act.ts';
import { PageHead } from '../page/page-head.tsx';
import { sessionQuery, useSession } from '../session.ts';
import { formatPlainDate } from '../texts/formats.ts';
import { switchLocale, useLocale, useTexts } from '../texts/texts.ts';

/** My roles, my password, my one-time code, my language. */
export const MyAccount = () => {
  const t = useTexts();
  const locale = useLocale();
  const session = useSession();
  return (
    <>
      <PageHead title={t.me.title} note={`${session.name} · ${session.federation.name}`} />
      <div className="two-columns">
        <div className="stack">
          <section className="panel" aria-label={t.me.grants}>
            <h2 className="section-title">{t.me.grants}</h2>
            <ul className="report">
              {session.grants.map((grant) => (
                <li key={grant.id}>
                  <strong>{t.accounts.roles[grant.role]}</strong>
                  <div className="quiet">
                    {grant.union.name} ·{' '}
                    {grant.until ? formatPlainDate(grant.until, locale) : t.accounts.noUntil}
                  </div>
                </li>
              ))}
            </ul>
          </section>
          <Deputies />
          <section className="panel" aria-label={t.me.language}>
            <h2 className="section-title">{t.me.language}</h2>
            <Segmented
              value={locale}
              onChange={switchLocale}
              options={[
                { value: 'zh-CN', label: '中文' },
                { value: 'en', label: 'English' },
              ]}
            />
          </section>
        </div>
        <div className="stack">
          <Password />
          <Totp />
        </div>
      </div>
    </>
  );
};

interface PasswordTyped {
  current: string;
  next: string;
  again: string;
}

const Password = () => {
  const t = useTexts();
  const [form] = Form.useForm<PasswordTyped>();
  const { busy, run } = useAct();
  const change = async ({ current, next }: PasswordTyped): Promise<void> => {
    if (await run(() => api.accounts.changePassword({ body: { current, next } }), t.me.passwordSaved))
      form.resetFields();
  };
  const required = { required: true, message: t.signIn.missing };
  return (
    <section className="panel" aria-label={t.me.password}>
      <h2 className="section-title">{t.me.password}</h2>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(typed) => void change(typed)}>
        <Form.Item name="current" label={t.me.current} rules={[required]}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Form.Item name="next" label={t.me.next} rules={[required, { min: 10, message: t.me.tooShort }]}>
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="again"
          label={t.me.again}
          dependencies={['next']}
          rules={[
            required,
            ({ getFieldValue }) => ({
              validator: (_rule, value) =>
                value === getFieldValue('next') ? Promise.resolve() : Promise.reject(new Error(t.me.differs)),
            }),
          ]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Button htmlType="submit" loading={busy}>
          {t.me.password}
        </Button>
      </Form>
    </section>
  );
};

const Totp = () => {
  const t = useTexts();
  const session = useSession();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const { busy, run } = useAct();
  const [secret, setSecret] = useState<{ secret: string; url: string } | null>(null);
  const [code, setCode] = useState('');
  const begin = (): Promise<unknown> => run(async () => setSecret(await api.accounts.beginTotp()));
  const confirm = async (): Promise<void> => {
    if (!(await run(() => api.accounts.confirmTotp({ body: { code: code.trim() } })))) return;
    setSecret(null);
    setCode('');
    void message.success(t.me.totpSaved);
    await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
  return (
    <section className="panel" aria-label={t.me.totp}>
      <h2 className="section-title">{t.me.totp}</h2>
      <Alert
        type={session.totp === 'needed-not-set' ? 'warning' : session.totp === 'set' ? 'success' : 'info'}
        showIcon
        title={t.me.totpStates[session.totp]}
        style={{ marginBottom: 12 }}
      />
      {secret ? (
        <div className="stack">
          <p style={{ margin: 0 }}>{t.me.secret}</p>
          <Typography.Text copyable code className="number-wrap">
            {secret.secret}
          </Typography.Text>
          <div aria-hidden="true">
            <QRCode value={secret.url} size={148} type="svg" />
          </div>
          <label htmlFor="totp-code">{t.me.confirm}</label>
          <div className="row">
            <Input
              id="totp-code"
              style={{ width: 140 }}
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={8}
              value={code}
              onChange={(event) => setCode(event.target.value)}
              onPressEnter={() => void confirm()}
            />
            <Button type="primary" loading={busy} onClick={() => void confirm()}>
              {t.me.confirmOk}
            </Button>
          </div>
        </div>
      ) : (
        <Button loading={busy} onClick={() => void begin()}>
          {session.totp === 'set' ? t.me.beginAgain : t.me.begin}
        </Button>
      )}
    </section>
  );
};
