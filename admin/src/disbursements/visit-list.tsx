import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { api } from '../client.ts';
import { Clipped } from '../page/clipped.tsx';
import { ExportButton } from '../page/export-button.tsx';
import { useListSearch } from '../page/list-search.ts';
import { ListTable, type ListColumn } from '../page/list-table.tsx';
import { PageHead } from '../page/page-head.tsx';
import { SearchBox } from '../page/search-box.tsx';
import { formatInstant, formatMoney } from '../texts/formats.ts';
import { pick, useLocale, useTexts } from '../texts/texts.ts';
import type { VisitDue } from './payments.ts';
import { VisitDialog } from './visit-dialog.tsx';

/** 待走访: whom to visit, the longest waiting first; the visit is recorded from its row. */
export const VisitList = () => {
  const t = useTexts();
  const locale = useLocale();
  const list = useListSearch();
  const [visiting, setVisiting] = useState<VisitDue | null>(null);
  const visits = useQuery({
    queryKey: ['disbursements', 'visits', list.query('under')],
    queryFn: () => api.disbursements.listVisits({ query: list.query('under') as never }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead
        title={t.visits.title}
        note={t.visits.note}
        acts={
          <ExportButton
            count={visits.data?.total ?? 0}
            path={(reason) => ({ route: 'visits', query: { ...list.query('under'), reason } })}
          />
        }
      />
      <div className="toolbar" role="search">
        <SearchBox list={list} label={t.visits.search} />
      </div>
      <ListTable
        name="visits"
        label={t.visits.title}
        list={list}
        result={visits}
        columns={useColumns(setVisiting)}
        rowKey={(row) => row.id}
        empty={{ title: t.visits.empty, note: t.visits.emptyNote }}
        phoneRow={(row) => (
          <div className="stack">
            <strong>
              {row.payeeName} · {formatMoney(row.amountFen)}
            </strong>
            <span>{row.union.name}</span>
            <span className="quiet">
              {row.phoneMasked} · {formatInstant(row.since, locale)}
            </span>
            <Record row={row} onVisit={setVisiting} />
          </div>
        )}
      />
      {visiting ? <VisitDialog visited={visiting} onClose={() => setVisiting(null)} /> : null}
    </>
  );
};

/** Offered only to who may record it: not to who approved the claim. */
const Record = ({ row, onVisit }: { row: VisitDue; onVisit: (row: VisitDue) => void }) => {
  const t = useTexts();
  return row.can.includes('visit') ? (
    <Button size="small" type="primary" onClick={() => onVisit(row)}>
      {t.visit.title}
    </Button>
  ) : (
    <span className="quiet">{t.visits.notYours}</span>
  );
};

const useColumns = (onVisit: (row: VisitDue) => void): ListColumn<VisitDue>[] => {
  const t = useTexts();
  const locale = useLocale();
  return [
    { key: 'payeeName', title: t.payments.payee, sortable: true, render: (row) => row.payeeName },
    {
      key: 'union',
      title: t.cases.union,
      sortable: true,
      render: (row) => <Clipped text={row.union.name} />,
    },
    { key: 'employer', title: t.visits.employer, render: (row) => <Clipped text={row.employerName ?? ''} /> },
    {
      key: 'phone',
      title: t.cases.phone,
      render: (row) => <span className="number">{row.phoneMasked}</span>,
    },
    {
      key: 'amount',
      title: t.cases.amount,
      end: true,
      sortable: true,
      render: (row) => formatMoney(row.amountFen),
    },
    {
      key: 'since',
      title: t.visits.since,
      sortable: true,
      render: (row) => <span className="nowrap">{formatInstant(row.since, locale)}</span>,
    },
    { key: 'acts', title: t.payments.more, render: (row) => <Record row={row} onVisit={onVisit} /> },
    {
      key: 'item',
      title: t.cases.item,
      render: (row) => <Clipped text={pick(row.itemTitle, row.itemTitleEn ?? row.itemTitle)} />,
    },
    {
      key: 'case',
      title: t.cases.number,
      render: (row) => (
        <Link to={`/cases/${row.caseId}` as never} className="number">
          {row.caseNumber}
        </Link>
      ),
    },
  ];
};
