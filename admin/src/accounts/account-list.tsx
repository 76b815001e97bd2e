import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { api } from '../client.ts';
import { Plus } from '../page/icons.tsx';
import { useListSearch } from '../page/list-search.ts';
import { ListTable, type ListColumn } from '../page/list-table.tsx';
import { PageHead } from '../page/page-head.tsx';
import { SearchBox } from '../page/search-box.tsx';
import { ToneTag } from '../page/tone.tsx';
import { holds, useSession } from '../session.ts';
import { formatInstant } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { AccountDrawer } from './account-drawer.tsx';
import { accountTones, type Account } from './accounts.ts';
import { CreateAccount } from './create-account.tsx';

/** Cadres' accounts of my scope with the roles each holds and where. */
export const AccountList = () => {
  const t = useTexts();
  const session = useSession();
  const list = useListSearch();
  const query = list.query('role', 'unionId');
  const [creating, setCreating] = useState(false);
  const accounts = useQuery({
    queryKey: ['accounts', 'list', query],
    queryFn: () => api.accounts.list({ query: query as never }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead
        title={t.accounts.title}
        acts={
          holds(session, 'accounts.manage') ? (
            <Button type="primary" icon={<Plus />} onClick={() => setCreating(true)}>
              {t.accounts.create}
            </Button>
          ) : null
        }
      />
      <div className="toolbar" role="search">
        <SearchBox list={list} label={t.accounts.search} />
        <Select
          allowClear
          aria-label={t.accounts.role}
          placeholder={t.accounts.allRoles}
          value={list.search.role}
          onChange={(role?: string) => list.set({ role })}
          options={Object.entries(t.accounts.roles).map(([value, label]) => ({ value, label }))}
          style={{ minWidth: 150 }}
        />
      </div>
      <ListTable
        name="accounts"
        label={t.accounts.title}
        list={list}
        result={accounts}
        columns={useColumns((row) => list.set({ account: row.id, page: String(list.page) }))}
        rowKey={(row) => row.id}
        onRow={(row) => list.set({ account: row.id, page: String(list.page) })}
        empty={{ title: t.accounts.empty, note: t.accounts.emptyNote }}
      />
      <AccountDrawer
        id={list.search.account}
        onClose={() => list.set({ account: undefined, page: String(list.page) })}
      />
      {creating ? <CreateAccount onClose={() => setCreating(false)} /> : null}
    </>
  );
};

const useColumns = (open: (row: Account) => void): ListColumn<Account>[] => {
  const t = useTexts();
  const locale = useLocale();
  return [
    {
      key: 'name',
      title: t.accounts.name,
      render: (row) => (
        <Button type="link" size="small" style={{ padding: 0 }} onClick={() => open(row)}>
          {row.name}
        </Button>
      ),
    },
    { key: 'username', title: t.accounts.username, render: (row) => row.username },
    {
      key: 'grants',
      title: t.accounts.grants,
      render: (row) =>
        row.grants.map((grant) => (
          <div key={grant.id}>
            {t.accounts.roles[grant.role]} <span className="quiet">{grant.union.name}</span>
          </div>
        )),
    },
    {
      key: 'status',
      title: t.accounts.status,
      render: (row) => <ToneTag tone={accountTones[row.status]}>{t.accounts.statuses[row.status]}</ToneTag>,
    },
    {
      key: 'totp',
      title: t.accounts.totp,
      render: (row) => (row.totp ? t.accounts.totpSet : t.accounts.totpNone),
    },
    {
      key: 'lastSignInAt',
      title: t.accounts.lastSignIn,
      render: (row) => (
        <span className="nowrap">
          {row.lastSignInAt ? formatInstant(row.lastSignInAt, locale) : t.accounts.never}
        </span>
      ),
    },
    {
      key: 'phone',
      title: t.accounts.phone,
      render: (row) => <span className="number">{row.phoneMasked}</span>,
      hidden: true,
    },
  ];
};
