import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Select } from 'antd';
import { api } from '../client.ts';
import { Clipped } from '../page/clipped.tsx';
import { ExportButton } from '../page/export-button.tsx';
import { useListSearch } from '../page/list-search.ts';
import { ListTable, type ListColumn } from '../page/list-table.tsx';
import { PageHead } from '../page/page-head.tsx';
import { SearchBox } from '../page/search-box.tsx';
import { ToneTag } from '../page/tone.tsx';
import { formatInstant, formatMoney } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { PaymentActs } from './payment-acts.tsx';
import { paymentTones, type Payment } from './payments.ts';

/** Every payment: waiting, under way, paid, sent back. A failed one is corrected here and goes into a later batch. */
export const PaymentList = () => {
  const t = useTexts();
  const list = useListSearch();
  const payments = useQuery({
    queryKey: ['disbursements', 'list', list.query('status', 'fundId')],
    queryFn: () => api.disbursements.list({ query: list.query('status', 'fundId') as never }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead
        title={t.payments.title}
        acts={
          <ExportButton
            count={payments.data?.total ?? 0}
            path={(reason) => ({ route: 'payments', query: { ...list.query('status', 'fundId'), reason } })}
          />
        }
      />
      <div className="toolbar" role="search">
        <SearchBox list={list} label={t.payments.search} />
        <Select
          allowClear
          aria-label={t.payments.status}
          placeholder={t.cases.allStatus}
          value={list.search.status}
          onChange={(status?: string) => list.set({ status })}
          options={Object.entries(t.payments.statuses).map(([value, label]) => ({ value, label }))}
          style={{ minWidth: 150 }}
        />
      </div>
      <ListTable
        name="payments"
        label={t.payments.title}
        list={list}
        result={payments}
        columns={useColumns()}
        rowKey={(row) => row.id}
        empty={{ title: t.payments.empty, note: t.payments.emptyNote }}
      />
    </>
  );
};

const useColumns = (): ListColumn<Payment>[] => {
  const t = useTexts();
  const locale = useLocale();
  const instant = (at: string | null) =>
    at ? <span className="nowrap">{formatInstant(at, locale)}</span> : null;
  return [
    { key: 'payee', sortable: true, title: t.payments.payee, render: (row) => row.payeeName },
    {
      key: 'amount',
      title: t.cases.amount,
      end: true,
      sortable: true,
      render: (row) => formatMoney(row.amountFen),
    },
    {
      key: 'status',
      title: t.payments.status,
      render: (row) => (
        <>
          <ToneTag tone={paymentTones[row.status]}>{t.payments.statuses[row.status]}</ToneTag>
          {row.failureReason ? <div className="quiet">{row.failureReason}</div> : null}
        </>
      ),
    },
    { key: 'acts', title: t.payments.more, render: (row) => <PaymentActs row={row} /> },
    {
      key: 'case',
      title: t.cases.number,
      render: (row) => (
        <Link to={`/cases/${row.caseId}` as never} className="number">
          {row.caseNumber}
        </Link>
      ),
    },
    {
      key: 'union',
      sortable: true,
      title: t.cases.union,
      render: (row) => <Clipped text={row.union.name} />,
    },
    {
      key: 'channel',
      title: t.payments.channel,
      render: (row) => t.cases.channels[row.channel],
      hidden: true,
    },
    {
      key: 'card',
      title: t.payments.card,
      render: (row) => <span className="number">{row.bankCardMasked}</span>,
    },
    { key: 'batch', title: t.batches.number, render: (row) => row.batchNumber },
    {
      key: 'approvedAt',
      sortable: true,
      title: t.payments.approvedAt,
      render: (row) => instant(row.approvedAt),
      hidden: true,
    },
    { key: 'paidAt', sortable: true, title: t.payments.paidAt, render: (row) => instant(row.paidAt) },
  ];
};
