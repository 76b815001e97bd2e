import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { App, Button, Radio, Segmented } from 'antd';
import { useState } from 'react';
import { api } from '../client.ts';
import { useListSearch } from '../page/list-search.ts';
import { ListTable, type ListColumn } from '../page/list-table.tsx';
import { PageHead } from '../page/page-head.tsx';
import { ReasonDialog } from '../page/reason-dialog.tsx';
import { ToneTag } from '../page/tone.tsx';
import { formatInstant, formatMoney } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { refreshMoney, type PaymentException } from './payments.ts';

type Outcome = 'paid' | 'failed' | 'returned' | 'words';

/** What the server lets me settle it as. */
const outcomesOf = ({ can }: PaymentException): Outcome[] => [
  ...(can.includes('book') ? (['paid', 'failed'] as const) : []),
  ...(can.includes('return') ? (['returned'] as const) : []),
  'words',
];

/** Return lines that did not fit their batch, each settled by a person in words; nothing here books money by itself. */
export const ExceptionList = () => {
  const t = useTexts();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const list = useListSearch();
  const status = list.search.status === 'resolved' ? 'resolved' : 'open';
  const [asking, setAsking] = useState<PaymentException | null>(null);
  const [outcome, setOutcome] = useState<Outcome>('words');
  const query = { ...list.query(), status };
  const exceptions = useQuery({
    queryKey: ['exceptions', query],
    queryFn: () => api.disbursements.listExceptions({ query: query as never }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title={t.exceptions.title} note={t.exceptions.note} />
      <div className="toolbar">
        <Segmented
          value={status}
          onChange={(next) => list.set({ status: next === 'open' ? undefined : next })}
          options={[
            { value: 'open', label: t.exceptions.statuses.open },
            { value: 'resolved', label: t.exceptions.statuses.resolved },
          ]}
        />
      </div>
      <ListTable
        name="exceptions"
        label={t.exceptions.title}
        list={list}
        result={exceptions}
        columns={useColumns((row) => {
          setOutcome('words');
          setAsking(row);
        })}
        rowKey={(row) => row.id}
        empty={{ title: t.exceptions.empty, note: t.exceptions.emptyNote }}
      />
      <ReasonDialog
        open={asking !== null}
        title={t.exceptions.resolveTitle}
        label={t.exceptions.resolveLabel}
        okText={t.common.save}
        onClose={() => setAsking(null)}
        onOk={async (resolution) => {
          if (!asking) return;
          await api.disbursements.resolveException({
            params: { id: asking.id },
            body: { resolution, outcome: outcome === 'words' ? undefined : outcome },
          });
          void message.success(t.exceptions.resolved);
          await refreshMoney(queryClient);
        }}
      >
        <p>{asking?.text}</p>
        {asking && outcomesOf(asking).length > 1 ? (
          <fieldset className="choices">
            <legend>{t.exceptions.outcome}</legend>
            <Radio.Group
              vertical
              value={outcome}
              onChange={(event) => setOutcome(event.target.value as typeof outcome)}
              options={outcomesOf(asking).map((value) => ({ value, label: t.exceptions.outcomes[value] }))}
            />
          </fieldset>
        ) : null}
      </ReasonDialog>
    </>
  );
};

const useColumns = (ask: (row: PaymentException) => void): ListColumn<PaymentException>[] => {
  const t = useTexts();
  const locale = useLocale();
  const money = (fen: number | null) => (fen === null ? '' : formatMoney(fen));
  return [
    {
      key: 'kind',
      title: t.exceptions.kind,
      render: (row) => (
        <ToneTag tone={row.status === 'open' ? 'danger' : 'good'}>{t.exceptions.kinds[row.kind]}</ToneTag>
      ),
    },
    { key: 'text', title: t.exceptions.text, render: (row) => row.text },
    { key: 'amount', title: t.exceptions.amount, end: true, render: (row) => money(row.amountFen) },
    { key: 'expected', title: t.exceptions.expected, end: true, render: (row) => money(row.expectedFen) },
    {
      key: 'batch',
      title: t.batches.number,
      render: (row) =>
        row.batchId ? (
          <Link to={`/batches/${row.batchId}` as never} className="number">
            {row.batchNumber}
          </Link>
        ) : null,
    },
    { key: 'row', title: t.exceptions.row, end: true, render: (row) => row.rowNumber },
    {
      key: 'at',
      title: t.exceptions.at,
      render: (row) => <span className="nowrap">{formatInstant(row.createdAt, locale)}</span>,
    },
    {
      key: 'resolution',
      title: t.exceptions.resolution,
      render: (row) =>
        row.can.includes('resolve') ? (
          <Button size="small" onClick={() => ask(row)}>
            {t.exceptions.resolve}
          </Button>
        ) : (
          row.resolution
        ),
    },
  ];
};
