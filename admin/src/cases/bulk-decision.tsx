import type { Contract, ReplyOf } from '@smart-union/contract';
import { useQueryClient } from '@tanstack/react-query';
import { Button, Modal } from 'antd';
import { useRef, useState } from 'react';
import { api } from '../client.ts';
import { Check } from '../page/icons.tsx';
import { ReasonDialog } from '../page/reason-dialog.tsx';
import { ToneTag } from '../page/tone.tsx';
import { formatMoney } from '../texts/formats.ts';
import { useTexts } from '../texts/texts.ts';
import { newIdempotencyKey } from '../transport.ts';
import type { CaseRow } from './cases.ts';

type Result = ReplyOf<Contract['cases']['decideMany']>['results'][number];
type Bulk = 'approve' | 'decline';

/** The bar below the worklist: the same decision on many cases, each by itself, reported case by case. */
export const BulkDecision = ({ rows, onDone }: { rows: CaseRow[]; onDone: () => void }) => {
  const t = useTexts();
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<Bulk | null>(null);
  const [report, setReport] = useState<{ rows: CaseRow[]; results: Result[] } | null>(null);
  // One key for all attempts of one act: a retry after a lost answer must not decide twice.
  const key = useRef('');
  const total = rows.reduce((sum, row) => sum + (row.amountFen ?? 0), 0);
  const ask = (outcome: Bulk): void => {
    key.current = newIdempotencyKey();
    setAsking(outcome);
  };
  const decide = async (note: string): Promise<void> => {
    if (!asking) return;
    const { results } = await api.cases.decideMany(
      { body: { ids: rows.map((row) => row.id), outcome: asking, note: note || undefined } },
      { idempotencyKey: key.current },
    );
    setReport({ rows, results });
    await queryClient.invalidateQueries({ queryKey: ['cases'] });
  };
  const close = (): void => {
    setReport(null);
    onDone();
  };
  const bad = report?.results.filter((result) => !result.ok).length ?? 0;
  return (
    <>
      <div className="bulk-bar" role="region" aria-label={t.cases.bulk.chosen(rows.length)}>
        <strong>{t.cases.bulk.chosen(rows.length)}</strong>
        <span className="number">{formatMoney(total)}</span>
        <span className="grow" />
        <Button onClick={onDone}>{t.cases.bulk.clear}</Button>
        <Button danger onClick={() => ask('decline')}>
          {t.cases.bulk.decline}
        </Button>
        <Button type="primary" icon={<Check />} onClick={() => ask('approve')}>
          {t.cases.bulk.approve}
        </Button>
      </div>
      <ReasonDialog
        open={asking !== null}
        title={
          asking === 'decline' ? t.cases.bulk.declineTitle(rows.length) : t.cases.bulk.title(rows.length)
        }
        label={asking === 'decline' ? t.cases.bulk.declineReason : t.cases.bulk.reason}
        least={asking === 'decline' ? 4 : 0}
        okText={asking === 'decline' ? t.cases.decline : t.cases.approve}
        danger={asking === 'decline'}
        onClose={() => setAsking(null)}
        onOk={decide}
      >
        <p>{t.cases.bulk.note(rows.length, formatMoney(total))}</p>
      </ReasonDialog>
      <Modal
        open={report !== null}
        title={report ? t.cases.bulk.done(report.results.length - bad, bad) : ''}
        onCancel={close}
        footer={
          <Button type="primary" onClick={close}>
            {t.common.ok}
          </Button>
        }
      >
        <ul className="report" aria-label={t.cases.bulk.report}>
          {report?.results.map((result) => {
            const row = report.rows.find((one) => one.id === result.id);
            return (
              <li key={result.id} className="row">
                <ToneTag tone={result.ok ? 'good' : 'danger'}>
                  {row?.applicantName} <span className="number">{row?.number}</span>
                </ToneTag>
                <span className="quiet">{result.ok ? t.cases.bulk.ok : result.reason}</span>
              </li>
            );
          })}
        </ul>
      </Modal>
    </>
  );
};
