import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Select } from 'antd';
import { api } from '../client.ts';
import { Clipped } from '../page/clipped.tsx';
import { ExportButton } from '../page/export-button.tsx';
import { Upload } from '../page/icons.tsx';
import { useListSearch } from '../page/list-search.ts';
import { ListTable, type ListColumn } from '../page/list-table.tsx';
import { PageHead } from '../page/page-head.tsx';
import { SavedViews } from '../page/saved-views.tsx';
import { SearchBox } from '../page/search-box.tsx';
import { ToneTag } from '../page/tone.tsx';
import { holds, useSession } from '../session.ts';
import { formatPlainDate } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { statusTones, type MemberRow } from './members.ts';

/** Members of my scope, sealed fields masked. */
export const MemberList = () => {
  const t = useTexts();
  const session = useSession();
  const navigate = useNavigate();
  const list = useListSearch();
  const query = list.query('under', 'status');
  const members = useQuery({
    queryKey: ['members', 'list', query],
    queryFn: () => api.members.list({ query: query as never }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead
        title={t.members.title}
        acts={
          <>
            {holds(session, 'members.import') ? (
              <Button
                icon={<Upload />}
                onClick={() => void navigate({ to: '/imports' as never, search: {} as never })}
              >
                {t.members.import}
              </Button>
            ) : null}
            {holds(session, 'members.export') ? (
              <ExportButton
                count={members.data?.total ?? 0}
                path={(reason) => ({ route: 'members', query: { ...query, reason } })}
              />
            ) : null}
          </>
        }
      />
      <div className="toolbar" role="search">
        <SearchBox list={list} label={t.members.search} />
        <Select
          allowClear
          aria-label={t.members.status}
          placeholder={t.members.allStatus}
          value={list.search.status}
          onChange={(status?: string) => list.set({ status })}
          options={Object.entries(t.members.statuses).map(([value, label]) => ({ value, label }))}
          style={{ minWidth: 130 }}
        />
        <SavedViews name="members" list={list} />
      </div>
      <ListTable
        name="members"
        label={t.members.title}
        list={list}
        result={members}
        columns={useColumns()}
        rowKey={(row) => row.id}
        onRow={(row) => void navigate({ to: `/members/${row.id}` as never, search: {} as never })}
        empty={{ title: t.members.empty, note: t.members.emptyNote }}
        phoneRow={(row) => (
          <Link to={`/members/${row.id}` as never} className="phone-row">
            <span className="row">
              <strong className="grow">{row.name}</strong>
              <ToneTag tone={statusTones[row.status]}>{t.members.statuses[row.status]}</ToneTag>
            </span>
            <span className="quiet">{row.union.name}</span>
            <span className="quiet number">{row.idNumberMasked}</span>
          </Link>
        )}
      />
    </>
  );
};

const useColumns = (): ListColumn<MemberRow>[] => {
  const t = useTexts();
  const locale = useLocale();
  return [
    {
      key: 'name',
      title: t.members.name,
      sortable: true,
      render: (row) => <Link to={`/members/${row.id}` as never}>{row.name}</Link>,
    },
    { key: 'sex', title: t.members.sex, render: (row) => t.members.sexes[row.sex] },
    {
      key: 'idNumber',
      title: t.members.idNumber,
      render: (row) => <span className="number">{row.idNumberMasked}</span>,
    },
    {
      key: 'phone',
      title: t.members.phone,
      render: (row) => <span className="number">{row.phoneMasked}</span>,
    },
    { key: 'union', title: t.members.union, render: (row) => <Clipped text={row.union.name} /> },
    { key: 'occupation', title: t.members.occupation, render: (row) => row.occupation },
    {
      key: 'joinedOn',
      title: t.members.joinedOn,
      sortable: true,
      render: (row) => <span className="nowrap">{formatPlainDate(row.joinedOn, locale)}</span>,
    },
    {
      key: 'status',
      title: t.members.status,
      render: (row) => <ToneTag tone={statusTones[row.status]}>{t.members.statuses[row.status]}</ToneTag>,
    },
    {
      key: 'memberNumber',
      title: t.members.number,
      render: (row) => <span className="number">{row.memberNumber}</span>,
      hidden: true,
    },
  ];
};
