import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { api } from '../client.ts';
import { PaymentActs } from '../disbursements/payment-acts.tsx';
import { VisitDialog } from '../disbursements/visit-dialog.tsx';
import { paymentTones } from '../disbursements/payments.ts';
import { ToneTag } from '../page/tone.tsx';
import { holds, useSession } from '../session.ts';
import { formatInstant, formatMoney } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { CancelAct } from './cancel-act.tsx';
import { ChannelAct } from './channel-act.tsx';
import type { CaseDetail } from './cases.ts';

/** What became of the money of an approved case, for those who may see payments. */
export const CasePayment = ({ detail }: { detail: CaseDetail }) => {
  const t = useTexts();
  const locale = useLocale();
  const may = holds(useSession(), 'disbursements.view');
  const payments = useQuery({
    queryKey: ['disbursements', 'case', detail.id],
    queryFn: () => api.disbursements.list({ query: { caseId: detail.id, pageSize: 10 } }),
    enabled: may && (detail.status === 'approved' || detail.status === 'closed'),
  });
  const rows = payments.data?.items ?? [];
  if (rows.length === 0 && !detail.channel) return null;
  return (
    <section className="panel" aria-label={t.cases.paymentStatus}>
      <h2 className="section-title">{t.cases.paymentStatus}</h2>
      {detail.channel ? (
        <p className="row">
          <span className="quiet">{t.cases.channel}</span> {t.cases.channels[detail.channel]}
          <ChannelAct detail={detail} />
          <VisitAct detail={detail} />
          <CancelAct detail={detail} />
        </p>
      ) : null}
      <ul className="report">
        {rows.map((row) => (
          <li key={row.id} className="row">
            <ToneTag tone={paymentTones[row.status]}>{t.payments.statuses[row.status]}</ToneTag>
            <span className="number">{formatMoney(row.amountFen)}</span>
            <span className="grow quiet">
              {row.failureReason ?? row.batchNumber ?? ''}{' '}
              {row.paidAt ? formatInstant(row.paidAt, locale) : ''}
            </span>
            <PaymentActs row={row} />
          </li>
        ))}
      </ul>
    </section>
  );
};

/** For the visitor, who sees cases but no payments: records the visit from the case. */
const VisitAct = ({ detail }: { detail: CaseDetail }) => {
  const t = useTexts();
  const [open, setOpen] = useState(false);
  if (!detail.can.includes('visit')) return null;
  return (
    <>
      <Button size="small" type="primary" onClick={() => setOpen(true)}>
        {t.visit.title}
      </Button>
      {open ? (
        <VisitDialog
          visited={{ caseId: detail.id, payeeName: detail.applicantName, amountFen: detail.amountFen ?? 0 }}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  );
};
