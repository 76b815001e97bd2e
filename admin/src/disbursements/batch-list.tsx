import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Select } from 'antd';
import { api } from '../client.ts';
import { useListSearch } from '../page/list-search.ts';
import { ListTable, type ListColumn } from '../page/list-table.tsx';
import { PageHead } from '../page/page-head.tsx';
import { SearchBox } from '../page/search-box.tsx';
import { ToneTag } from '../page/tone.tsx';
import { holds, useSession } from '../session.ts';
import { formatCount, formatInstant, formatMoney } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { CreateBatch } from './create-batch.tsx';
import { batchTones, type Batch } from './payments.ts';

/** Payment batches, newest first. */
export const BatchList = () => {
  const t = useTexts();
  const session = useSession();
  const navigate = useNavigate();
  const list = useListSearch();
  const batches = useQuery({
    queryKey: ['batches', 'list', list.query('status')],
    queryFn: () => api.disbursements.listBatches({ query: list.query('status') as never }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead
        title={t.batches.title}
        acts={holds(session, 'disbursements.prepare') ? <CreateBatch /> : null}
      />
      <div className="toolbar" role="search">
        <SearchBox list={list} label={t.batches.number} />
        <Select
          allowClear
          aria-label={t.batches.status}
          placeholder={t.batches.allStatus}
          value={list.search.status}
          onChange={(status?: string) => list.set({ status })}
          options={Object.entries(t.batches.statuses).map(([value, label]) => ({ value, label }))}
          style={{ minWidth: 170 }}
        />
      </div>
      <ListTable
        name="batches"
        label={t.batches.title}
        list={list}
        result={batches}
        columns={useColumns()}
        rowKey={(row) => row.id}
        onRow={(row) => void navigate({ to: `/batches/${row.id}` as never })}
        empty={{ title: t.batches.empty, note: t.batches.emptyNote }}
      />
    </>
  );
};

const useColumns = (): ListColumn<Batch>[] => {
  const t = useTexts();
  const locale = useLocale();
  return [
    {
      key: 'number',
      title: t.batches.number,
      render: (row) => (
        <Link to={`/batches/${row.id}` as never} className="number">
          {row.number}
        </Link>
      ),
    },
    {
      key: 'status',
      title: t.batches.status,
      render: (row) => <ToneTag tone={batchTones[row.status]}>{t.batches.statuses[row.status]}</ToneTag>,
    },
    { key: 'lines', title: t.batches.lines, end: true, render: (row) => formatCount(row.lineCount) },
    { key: 'total', title: t.batches.total, end: true, render: (row) => formatMoney(row.totalFen) },
    { key: 'ok', title: t.batches.ok, end: true, render: (row) => row.okCount || '' },
    { key: 'failed', title: t.batches.failed, end: true, render: (row) => row.failedCount || '' },
    { key: 'exceptions', title: t.batches.exceptions, end: true, render: (row) => row.exceptionCount || '' },
    { key: 'preparedBy', title: t.batches.preparedBy, render: (row) => row.preparedBy },
    { key: 'releasedBy', title: t.batches.releasedBy, render: (row) => row.releasedBy },
    {
      key: 'createdAt',
      title: t.batches.createdAt,
      render: (row) => <span className="nowrap">{formatInstant(row.createdAt, locale)}</span>,
    },
    { key: 'fund', title: t.batches.fund, render: (row) => row.fund.name },
  ];
};
