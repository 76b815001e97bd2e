import type { Contract, ReplyOf } from '@smart-union/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { api } from '../client.ts';
import { DateInput } from '../page/date-input.tsx';
import { Verified } from '../page/icons.tsx';
import { useListSearch } from '../page/list-search.ts';
import { ListTable, type ListColumn } from '../page/list-table.tsx';
import { PageHead } from '../page/page-head.tsx';
import { SearchBox } from '../page/search-box.tsx';
import { Failure } from '../page/states.tsx';
import { formatInstant } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { EventText } from './event-text.tsx';

type AuditEvent = ReplyOf<Contract['audit']['list']>['items'][number];

/** The audit log, newest first, and the walk along its hash chain. */
export const AuditLog = () => {
  const t = useTexts();
  const list = useListSearch();
  const query = list.query('kind', 'subjectId', 'from', 'to');
  const events = useQuery({
    queryKey: ['audit', query],
    queryFn: () => api.audit.list({ query: query as never }),
    placeholderData: keepPreviousData,
  });
  const verification = useQuery({
    queryKey: ['audit', 'verification'],
    queryFn: () => api.audit.verify(),
    enabled: false,
    retry: false,
  });
  const { data: verified } = verification;
  return (
    <>
      <PageHead
        title={t.audit.title}
        note={t.audit.note}
        acts={
          <Button
            icon={<Verified />}
            loading={verification.isFetching}
            onClick={() => void verification.refetch()}
          >
            {t.audit.verify}
          </Button>
        }
      />
      {verification.error ? <Failure error={verification.error} /> : null}
      {verified ? (
        <Alert
          style={{ marginBottom: 12 }}
          type={verified.ok ? 'success' : 'error'}
          showIcon
          title={verified.ok ? t.audit.verified(verified.rows) : t.audit.broken(verified.brokenAt ?? 0)}
          description={
            verified.ok ? (
              <span className="number-wrap">
                {t.audit.head} {verified.headHash}
              </span>
            ) : (
              verified.reason
            )
          }
        />
      ) : null}
      <div className="toolbar" role="search">
        <SearchBox list={list} label={t.audit.search} />
        <DateInput
          label={t.audit.from}
          value={list.search.from ?? ''}
          onChange={(day) => list.set({ from: day || undefined })}
        />
        <DateInput
          label={t.audit.to}
          value={list.search.to ?? ''}
          onChange={(day) => list.set({ to: day || undefined })}
        />
      </div>
      <ListTable
        name="audit"
        label={t.audit.title}
        list={list}
        result={events}
        columns={useColumns()}
        rowKey={(row) => String(row.sequence)}
        empty={{ title: t.audit.empty }}
      />
    </>
  );
};

const useColumns = (): ListColumn<AuditEvent>[] => {
  const t = useTexts();
  const locale = useLocale();
  return [
    { key: 'sequence', title: t.audit.sequence, end: true, hidden: true, render: (row) => row.sequence },
    {
      key: 'at',
      title: t.audit.time,
      render: (row) => <span className="nowrap">{formatInstant(row.at, locale)}</span>,
    },
    { key: 'by', title: t.audit.by, render: (row) => row.by },
    { key: 'office', title: t.audit.office, render: (row) => row.office },
    { key: 'text', title: t.audit.text, render: (row) => <EventText event={row} /> },
    { key: 'kind', title: t.audit.kind, render: (row) => <code>{row.kind}</code>, hidden: true },
    {
      key: 'hash',
      title: t.audit.hash,
      render: (row) => <code title={row.hash}>{row.hash.slice(0, 12)}</code>,
      hidden: true,
    },
  ];
};
