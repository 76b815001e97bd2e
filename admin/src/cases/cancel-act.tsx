import { useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useRef, useState } from 'react';
import { api } from '../client.ts';
import { refreshMoney } from '../disbursements/payments.ts';
import { ReasonDialog } from '../page/reason-dialog.tsx';
import { formatMoney } from '../texts/formats.ts';
import { useTexts } from '../texts/texts.ts';
import { newIdempotencyKey } from '../transport.ts';
import type { CaseDetail } from './cases.ts';

/** Takes back an approval given in error, while nothing has gone to the bank; by another than who approved it. */
export const CancelAct = ({ detail }: { detail: CaseDetail }) => {
  const t = useTexts();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState(false);
  const key = useRef('');
  if (!detail.can.includes('cancel')) return null;
  return (
    <>
      <Button
        size="small"
        danger
        onClick={() => {
          key.current = newIdempotencyKey();
          setAsking(true);
        }}
      >
        {t.cases.cancel}
      </Button>
      <ReasonDialog
        open={asking}
        title={t.cases.cancelTitle}
        label={t.cases.cancelReason}
        okText={t.cases.cancel}
        danger
        onClose={() => setAsking(false)}
        onOk={async (reason) => {
          await api.cases.cancelApproval(
            { params: { id: detail.id }, body: { reason } },
            { idempotencyKey: key.current },
          );
          void message.success(t.cases.cancelled);
          await queryClient.invalidateQueries({ queryKey: ['cases'] });
          await refreshMoney(queryClient);
        }}
      >
        <p>{t.cases.cancelNote(formatMoney(detail.amountFen ?? 0))}</p>
      </ReasonDialog>
    </>
  );
};
