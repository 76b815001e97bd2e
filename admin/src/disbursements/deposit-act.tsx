import { useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input } from 'antd';
import { useRef, useState } from 'react';
import { api } from '../client.ts';
import { Plus } from '../page/icons.tsx';
import { ReasonDialog } from '../page/reason-dialog.tsx';
import { formatMoney } from '../texts/formats.ts';
import { useTexts } from '../texts/texts.ts';
import { ApiError, newIdempotencyKey } from '../transport.ts';
import { fenTyped } from './money-typed.ts';
import { refreshMoney, type Fund } from './payments.ts';

/** Money put into a fund: the amount, what the balance becomes, and the voucher it rests on. */
export const DepositAct = ({ fund }: { fund: Fund }) => {
  const t = useTexts();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState('');
  const key = useRef('');
  if (!fund.can.includes('deposit')) return null;
  const fen = fenTyped(typed);
  const deposit = async (note: string): Promise<void> => {
    if (fen === null) throw new ApiError(400, 'amount-invalid', t.funds.amountBad);
    await api.disbursements.deposit(
      { params: { id: fund.id }, body: { amountFen: fen, note } },
      { idempotencyKey: key.current },
    );
    setTyped('');
    void message.success(t.funds.deposited);
    await refreshMoney(queryClient);
  };
  return (
    <>
      <Button
        icon={<Plus />}
        onClick={() => {
          key.current = newIdempotencyKey();
          setAsking(true);
        }}
      >
        {t.funds.deposit}
      </Button>
      <ReasonDialog
        open={asking}
        title={t.funds.depositTitle}
        label={t.funds.source}
        okText={t.funds.deposit}
        onClose={() => setAsking(false)}
        onOk={deposit}
      >
        <Form layout="vertical" component="div">
          <Form.Item
            label={t.funds.amount}
            htmlFor="deposit-amount"
            required
            style={{ marginBottom: 0 }}
            validateStatus={typed !== '' && fen === null ? 'error' : undefined}
            help={typed !== '' && fen === null ? t.funds.amountBad : undefined}
          >
            <Input
              id="deposit-amount"
              inputMode="decimal"
              prefix="¥"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </Form.Item>
        </Form>
        {fen === null ? null : (
          <p>
            {t.funds.depositWill(
              fund.name,
              formatMoney(fund.availableFen),
              formatMoney(fund.availableFen + fen),
            )}
          </p>
        )}
      </ReasonDialog>
    </>
  );
};
