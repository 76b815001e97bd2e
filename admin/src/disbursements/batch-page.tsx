import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Steps } from 'antd';
import { api } from '../client.ts';
import { useListSearch } from '../page/list-search.ts';
import { ListTable, type ListColumn } from '../page/list-table.tsx';
import { PageHead } from '../page/page-head.tsx';
import { Await } from '../page/states.tsx';
import { ToneTag } from '../page/tone.tsx';
import type { Tone } from '../theme.ts';
import { formatInstant, formatMoney } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { BatchActs } from './batch-acts.tsx';
import { batchTones, type Batch, type BatchLine } from './payments.ts';

const stepOf: Record<Batch['status'], number> = {
  draft: 0,
  locked: 1,
  exported: 2,
  sent: 3,
  returned: 3,
  reconciled: 5,
};

const resultTones: Record<BatchLine['result'], Tone> = {
  pending: 'waiting',
  ok: 'good',
  rejected: 'danger',
  exception: 'danger',
};

/** One batch: where it stands, who prepared and who released it, its bank file, its lines and their results. */
export const BatchPage = () => {
  const t = useTexts();
  const locale = useLocale();
  const { id } = useParams({ strict: false }) as { id: string };
  const list = useListSearch();
  const batch = useQuery({
    queryKey: ['batches', 'one', id],
    queryFn: () => api.disbursements.getBatch({ params: { id } }),
  });
  const lines = useQuery({
    queryKey: ['batches', 'lines', id, list.query()],
    queryFn: () => api.disbursements.listLines({ params: { id }, query: list.query() as never }),
    placeholderData: keepPreviousData,
  });
  const columns = useColumns();
  return (
    <Await of={batch}>
      {(data) => (
        <>
          <PageHead
            title={`${t.batches.title} ${data.number}`}
            note={
              <span className="row">
                <ToneTag tone={batchTones[data.status]}>{t.batches.statuses[data.status]}</ToneTag>
                <strong className="number">{formatMoney(data.totalFen)}</strong>
                <span>{t.home.paidCount(data.lineCount)}</span>
              </span>
            }
          />
          <div className="stack">
            <section className="panel">
              <Steps
                size="small"
                current={stepOf[data.status]}
                responsive
                items={t.batches.steps.map((title, index) => ({
                  title,
                  content: index === 0 ? data.preparedBy : index === 1 ? (data.releasedBy ?? '') : '',
                }))}
              />
              <BatchActs batch={data} />
            </section>
            <section className="panel">
              <dl className="facts">
                <Fact name={t.batches.fund} value={data.fund.name} />
                <Fact
                  name={t.batches.preparedBy}
                  value={`${data.preparedBy} · ${formatInstant(data.createdAt, locale)}`}
                />
                <Fact
                  name={t.batches.releasedBy}
                  value={
                    data.releasedBy && data.releasedAt
                      ? `${data.releasedBy} · ${formatInstant(data.releasedAt, locale)}`
                      : t.common.none
                  }
                />
                {data.sha256 ? <Fact name={t.batches.sha} value={data.sha256} /> : null}
                <Fact
                  name={t.batches.results}
                  value={t.batches.returnCounts(data.okCount, data.failedCount, data.exceptionCount)}
                />
              </dl>
            </section>
            <h2 className="section-title" style={{ margin: '8px 0 0' }}>
              {t.batches.linesTitle}
            </h2>
            <ListTable
              name="batch-lines"
              label={t.batches.linesTitle}
              list={list}
              result={lines}
              columns={columns}
              rowKey={(row) => String(row.sequence)}
              empty={{ title: t.payments.empty }}
            />
          </div>
        </>
      )}
    </Await>
  );
};

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div className="fact">
    <dt>{name}</dt>
    <dd className="number-wrap">{value}</dd>
  </div>
);

const useColumns = (): ListColumn<BatchLine>[] => {
  const t = useTexts();
  return [
    { key: 'sequence', title: t.batches.sequence, end: true, width: 70, render: (row) => row.sequence },
    { key: 'payee', title: t.payments.payee, render: (row) => row.payeeName },
    { key: 'amount', title: t.cases.amount, end: true, render: (row) => formatMoney(row.amountFen) },
    {
      key: 'card',
      title: t.payments.card,
      render: (row) => <span className="number">{row.bankCardMasked}</span>,
    },
    {
      key: 'result',
      title: t.batches.result,
      render: (row) => <ToneTag tone={resultTones[row.result]}>{t.batches.lineResults[row.result]}</ToneTag>,
    },
    { key: 'reason', title: t.batches.reason, render: (row) => row.reason },
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
