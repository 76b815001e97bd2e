import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Drawer, Form, Modal, Select } from 'antd';
import { useState } from 'react';
import { api } from '../client.ts';
import { useAct } from '../page/act.ts';
import { DateInput } from '../page/date-input.tsx';
import { ReasonDialog } from '../page/reason-dialog.tsx';
import { Await } from '../page/states.tsx';
import { ToneTag } from '../page/tone.tsx';
import { formatInstant, formatPlainDate, todayOn } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { accountTones, type Account, type Role } from './accounts.ts';
import { UnionPick } from './union-pick.tsx';

/** One account beside the list: its roles, given and taken back here, and whether it may sign in. */
export const AccountDrawer = ({ id, onClose }: { id: string | undefined; onClose: () => void }) => {
  const t = useTexts();
  const account = useQuery({
    queryKey: ['accounts', 'one', id],
    queryFn: () => api.accounts.get({ params: { id: id ?? '' } }),
    enabled: id !== undefined,
  });
  return (
    <Drawer
      open={id !== undefined}
      onClose={onClose}
      size={480}
      title={account.data?.name ?? t.accounts.title}
    >
      {id ? <Await of={account}>{(data) => <AccountBody account={data} />}</Await> : null}
    </Drawer>
  );
};

const AccountBody = ({ account }: { account: Account }) => {
  const t = useTexts();
  const locale = useLocale();
  const { message, modal } = App.useApp();
  const queryClient = useQueryClient();
  const { run } = useAct();
  const [adding, setAdding] = useState(false);
  const [changing, setChanging] = useState(false);
  const may = (act: string): boolean => account.can.includes(act);
  const next = account.status === 'active' ? 'closed' : 'active';
  const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['accounts'] });
  const takeBack = (grant: Account['grants'][number]): void => {
    modal.confirm({
      title: t.accounts.removeGrantTitle(t.accounts.roles[grant.role], grant.union.name),
      content: t.accounts.removeGrantNote,
      okText: t.accounts.removeGrant,
      okButtonProps: { danger: true },
      cancelText: t.common.cancel,
      onOk: async () => {
        await run(
          () => api.accounts.removeGrant({ params: { id: account.id, grantId: grant.id } }),
          t.accounts.grantRemoved,
        );
        await refresh();
      },
    });
  };
  const statusWord =
    account.status === 'active'
      ? t.accounts.close
      : account.status === 'locked'
        ? t.accounts.unlock
        : t.accounts.reopen;
  return (
    <div className="stack">
      <dl className="facts">
        <Fact name={t.accounts.username}>{account.username}</Fact>
        <Fact name={t.accounts.phone}>{account.phoneMasked ?? t.common.unknown}</Fact>
        <Fact name={t.accounts.status}>
          <ToneTag tone={accountTones[account.status]}>{t.accounts.statuses[account.status]}</ToneTag>
        </Fact>
        <Fact name={t.accounts.totp}>{account.totp ? t.accounts.totpSet : t.accounts.totpNone}</Fact>
        <Fact name={t.accounts.lastSignIn}>
          {account.lastSignInAt ? formatInstant(account.lastSignInAt, locale) : t.accounts.never}
        </Fact>
      </dl>
      <h2 className="section-title">{t.accounts.grants}</h2>
      <ul className="report">
        {account.grants.map((grant) => (
          <li key={grant.id} className="row">
            <span className="grow">
              <strong>{t.accounts.roles[grant.role]}</strong>
              <div className="quiet">
                {grant.union.name} · {grant.until ? formatPlainDate(grant.until, locale) : t.accounts.noUntil}
              </div>
            </span>
            {may('grant') ? (
              <Button size="small" danger onClick={() => takeBack(grant)}>
                {t.accounts.removeGrant}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      <div className="row">
        {may('grant') ? <Button onClick={() => setAdding(true)}>{t.accounts.addGrant}</Button> : null}
        {may(account.status === 'active' ? 'close' : 'unlock') ? (
          <Button danger={account.status === 'active'} onClick={() => setChanging(true)}>
            {statusWord}
          </Button>
        ) : null}
      </div>
      {adding ? <AddGrant account={account} onClose={() => setAdding(false)} /> : null}
      <ReasonDialog
        open={changing}
        title={
          account.status === 'active'
            ? t.accounts.closeTitle(account.name)
            : t.accounts.openTitle(account.name)
        }
        label={t.accounts.statusReason}
        okText={statusWord}
        danger={account.status === 'active'}
        onClose={() => setChanging(false)}
        onOk={async (reason) => {
          await api.accounts.setStatus({ params: { id: account.id }, body: { status: next, reason } });
          void message.success(t.accounts.statusSaved);
          await refresh();
        }}
      />
    </div>
  );
};

const Fact = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div className="fact">
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const AddGrant = ({ account, onClose }: { account: Account; onClose: () => void }) => {
  const t = useTexts();
  const queryClient = useQueryClient();
  const { busy, run } = useAct();
  const [role, setRole] = useState<Role | undefined>();
  const [unionId, setUnionId] = useState<string | undefined>();
  const [until, setUntil] = useState('');
  const add = async (): Promise<void> => {
    if (!role || !unionId) return;
    const done = await run(
      () =>
        api.accounts.addGrant({ params: { id: account.id }, body: { role, unionId, until: until || null } }),
      t.accounts.grantAdded,
    );
    if (!done) return;
    onClose();
    await queryClient.invalidateQueries({ queryKey: ['accounts'] });
  };
  return (
    <Modal
      open
      title={`${t.accounts.addGrant} · ${account.name}`}
      okText={t.accounts.addGrant}
      cancelText={t.common.cancel}
      okButtonProps={{ loading: busy, disabled: !role || !unionId }}
      onOk={() => void add()}
      onCancel={onClose}
      width={420}
    >
      <Form layout="vertical" component="div">
        <Form.Item label={t.accounts.role} htmlFor="grant-role" required>
          <Select<Role>
            id="grant-role"
            value={role}
            onChange={setRole}
            options={Object.entries(t.accounts.roles).map(([value, label]) => ({
              value: value as Role,
              label,
            }))}
          />
        </Form.Item>
        <Form.Item label={t.accounts.union} htmlFor="grant-union" required>
          <UnionPick id="grant-union" value={unionId} onChange={setUnionId} />
        </Form.Item>
        <Form.Item label={t.accounts.until} htmlFor="grant-until" extra={t.accounts.noUntil}>
          <DateInput id="grant-until" min={todayOn()} value={until} onChange={setUntil} />
        </Form.Item>
      </Form>
    </Modal>
  );
};
