import { useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { api } from '../client.ts';
import { ReasonDialog } from '../page/reason-dialog.tsx';
import { formatMoney } from '../texts/formats.ts';
import { useTexts } from '../texts/texts.ts';
import { refreshMoney, type Payment } from './payments.ts';
import { VisitDialog } from './visit-dialog.tsx';

/** What may be done with one payment: correct a failed one, record its visit, or say that the bank gave it back. */
export const PaymentActs = ({ row }: { row: Payment }) => {
  const t = useTexts();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<'correct' | 'visit' | 'refund' | null>(null);
  const [card, setCard] = useState('');
  const correct = async (note: string): Promise<void> => {
    await api.disbursements.correctCard({
      params: { id: row.id },
      body: { note, bankCard: card.replaceAll(/\s/g, '') || undefined },
    });
    setCard('');
    void message.success(t.payments.corrected);
    await refreshMoney(queryClient);
  };
  return (
    <span className="row">
      {row.can.includes('correct') ? (
        <Button size="small" onClick={() => setAsking('correct')}>
          {t.payments.correct}
        </Button>
      ) : null}
      {row.can.includes('visit') ? (
        <Button size="small" onClick={() => setAsking('visit')}>
          {t.payments.visit}
        </Button>
      ) : null}
      {row.can.includes('refund') ? (
        <Button size="small" type="link" onClick={() => setAsking('refund')}>
          {t.payments.refund}
        </Button>
      ) : null}
      <ReasonDialog
        open={asking === 'refund'}
        title={t.payments.refund}
        label={t.payments.refundReason}
        okText={t.payments.refund}
        onClose={() => setAsking(null)}
        onOk={async (note) => {
          await api.disbursements.reportRefund({ params: { id: row.id }, body: { note } });
          void message.success(t.payments.refundReported);
          await refreshMoney(queryClient);
        }}
      >
        <p>
          {row.payeeName} · {t.payments.refundNote(formatMoney(row.amountFen))}
        </p>
      </ReasonDialog>
      <ReasonDialog
        open={asking === 'correct'}
        title={t.payments.correctTitle}
        label={t.payments.correctReason}
        okText={t.payments.correct}
        onClose={() => setAsking(null)}
        onOk={correct}
      >
        <p>
          {row.payeeName} · {t.payments.correctNote(formatMoney(row.amountFen))}
        </p>
        <Form layout="vertical" component="div">
          <Form.Item label={t.payments.newCard} htmlFor="new-card" style={{ marginBottom: 0 }}>
            <Input
              id="new-card"
              inputMode="numeric"
              autoComplete="off"
              maxLength={40}
              value={card}
              placeholder={row.bankCardMasked ?? undefined}
              onChange={(event) => setCard(event.target.value)}
            />
          </Form.Item>
        </Form>
      </ReasonDialog>
      {asking === 'visit' ? <VisitDialog visited={row} onClose={() => setAsking(null)} /> : null}
    </span>
  );
};
