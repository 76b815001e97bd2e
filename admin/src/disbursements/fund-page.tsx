import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { api } from '../client.ts';
import { useListSearch } from '../page/list-search.ts';
import { ListTable, type ListColumn } from '../page/list-table.tsx';
import { PageHead } from '../page/page-head.tsx';
import { Await, Failure } from '../page/states.tsx';
import { formatInstant, formatMoney } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { ApiError } from '../transport.ts';
import { DepositAct } from './deposit-act.tsx';
import { Balances } from './fund-list.tsx';
import { fundsQuery, type Transfer } from './payments.ts';

/** One fund: balances and every movement, newest first. */
export const FundPage = () => {
  const t = useTexts();
  const { id } = useParams({ strict: false }) as { id: string };
  const funds = useQuery(fundsQuery);
  const list = useListSearch();
  const transfers = useQuery({
    queryKey: ['funds', id, 'transfers', list.query('caseId')],
    queryFn: () => api.disbursements.listTransfers({ params: { id }, query: list.query('caseId') as never }),
    placeholderData: keepPreviousData,
  });
  const columns = useColumns();
  return (
    <Await of={funds}>
      {({ items }) => {
        const fund = items.find((one) => one.id === id);
        if (!fund) return <Failure error={new ApiError(404, 'fund-not-found', '')} />;
        return (
          <>
            <PageHead title={fund.name} note={fund.union.name} acts={<DepositAct fund={fund} />} />
            <div className="stack">
              <Balances fund={fund} />
              <h2 className="section-title" style={{ margin: '8px 0 0' }}>
                {t.funds.movements} <span className="section-note quiet">{t.funds.movementsNote}</span>
              </h2>
              <ListTable
                name="transfers"
                label={t.funds.movements}
                list={list}
                result={transfers}
                columns={columns}
                rowKey={(row) => row.id}
                empty={{ title: t.funds.noMovements }}
              />
            </div>
          </>
        );
      }}
    </Await>
  );
};

const useColumns = (): ListColumn<Transfer>[] => {
  const t = useTexts();
  const locale = useLocale();
  return [
    {
      key: 'at',
      title: t.funds.time,
      render: (row) => <span className="nowrap">{formatInstant(row.at, locale)}</span>,
    },
    { key: 'kind', title: t.funds.kind, render: (row) => t.funds.kinds[row.kind] },
    { key: 'amount', title: t.funds.amountColumn, end: true, render: (row) => formatMoney(row.amountFen) },
    { key: 'debit', title: t.funds.debit, render: (row) => row.debit },
    { key: 'credit', title: t.funds.credit, render: (row) => row.credit },
    {
      key: 'case',
      title: t.funds.caseNumber,
      render: (row) =>
        row.caseId ? (
          <Link to={`/cases/${row.caseId}` as never} className="number">
            {row.caseNumber}
          </Link>
        ) : null,
    },
    { key: 'batch', title: t.funds.batch, render: (row) => row.batchNumber },
    { key: 'by', title: t.funds.by, render: (row) => row.by },
    { key: 'note', title: t.funds.note, render: (row) => row.note },
  ];
};
