import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Alert, App, Button, Form, Modal, Select } from 'antd';
import { useRef, useState } from 'react';
import { api } from '../client.ts';
import { Plus } from '../page/icons.tsx';
import { formatMoney } from '../texts/formats.ts';
import { useTexts } from '../texts/texts.ts';
import { ApiError, newIdempotencyKey } from '../transport.ts';
import { fundsQuery, refreshMoney } from './payments.ts';

/** Puts everything that waits on a fund into a new batch and locks it; says first how much that is. */
export const CreateBatch = () => {
  const t = useTexts();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const key = useRef('');
  const funds = useQuery({ ...fundsQuery, enabled: open });
  const fundId = chosen ?? funds.data?.items[0]?.id;
  const ready = useQuery({
    queryKey: ['disbursements', 'ready', fundId],
    queryFn: () => api.disbursements.list({ query: { status: 'ready', fundId, pageSize: 200 } }),
    enabled: open && fundId !== undefined,
    staleTime: 0,
  });
  const payments = (ready.data?.items ?? []).filter((row) => row.channel === 'bank-card');
  // All lines on one page give the exact sum; more than a page is a count only, the batch itself shows the sum.
  const whole = ready.data !== undefined && ready.data.total <= ready.data.items.length;
  const count = whole ? payments.length : (ready.data?.total ?? 0);
  const total = whole ? formatMoney(payments.reduce((sum, row) => sum + row.amountFen, 0)) : '…';
  const create = async (): Promise<void> => {
    if (!fundId) return;
    setBusy(true);
    setFault(null);
    try {
      const batch = await api.disbursements.createBatch(
        { body: { fundId } },
        { idempotencyKey: key.current },
      );
      setOpen(false);
      void message.success(t.batches.created);
      await refreshMoney(queryClient);
      await navigate({ to: `/batches/${batch.id}` as never });
    } catch (error) {
      setFault(error instanceof ApiError ? error.message : t.states.unexpected);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button
        type="primary"
        icon={<Plus />}
        onClick={() => {
          key.current = newIdempotencyKey();
          setFault(null);
          setOpen(true);
        }}
      >
        {t.batches.create}
      </Button>
      <Modal
        open={open}
        title={t.batches.createTitle}
        okText={t.batches.create}
        cancelText={t.common.cancel}
        okButtonProps={{ loading: busy, disabled: count === 0 }}
        onOk={() => void create()}
        onCancel={() => setOpen(false)}
        width={480}
      >
        <Form layout="vertical" component="div">
          <Form.Item label={t.batches.createFund} htmlFor="batch-fund">
            <Select
              id="batch-fund"
              value={fundId}
              onChange={setChosen}
              options={funds.data?.items.map((fund) => ({ value: fund.id, label: fund.name }))}
            />
          </Form.Item>
        </Form>
        {ready.data ? <p>{count === 0 ? t.batches.createNone : t.batches.createWill(count, total)}</p> : null}
        <p className="quiet">{t.batches.createNote}</p>
        {fault ? <Alert type="error" showIcon title={fault} role="alert" /> : null}
      </Modal>
    </>
  );
};
