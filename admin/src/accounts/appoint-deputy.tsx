import { useQuery } from '@tanstack/react-query';
import { Alert, App, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { api } from '../client.ts';
import { DateInput } from '../page/date-input.tsx';
import { todayOn } from '../texts/formats.ts';
import { useTexts } from '../texts/texts.ts';
import { ApiError } from '../transport.ts';

interface Props {
  onClose: () => void;
  onDone: () => Promise<unknown>;
}

/** Names the deputy, the days and the reason; what the server refuses stands at its field. */
export const AppointDeputy = ({ onClose, onDone }: Props) => {
  const t = useTexts();
  const { message } = App.useApp();
  const [accountId, setAccountId] = useState<string | null>(null);
  const [from, setFrom] = useState(todayOn());
  const [until, setUntil] = useState(todayOn());
  const [note, setNote] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const candidates = useQuery({
    queryKey: ['deputies', 'candidates'],
    queryFn: () => api.accounts.deputyCandidates({ query: {} }),
  });
  const submit = async (): Promise<void> => {
    if (!accountId || !from || !until || !note.trim()) {
      setFault(t.deputies.missing);
      return;
    }
    setBusy(true);
    setFault(null);
    try {
      await api.accounts.appointDeputy({ body: { accountId, from, until, note: note.trim() } });
      void message.success(t.deputies.appointed);
      onClose();
      await onDone();
    } catch (error) {
      const reasons = error instanceof ApiError ? error.fields.map((one) => one.reason).join('；') : '';
      setFault(reasons || (error instanceof ApiError ? error.message : t.states.unexpected));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t.deputies.appoint}
      okText={t.deputies.appointOk}
      cancelText={t.common.cancel}
      okButtonProps={{ loading: busy }}
      onOk={() => void submit()}
      onCancel={onClose}
      width={480}
    >
      <p>{t.deputies.will}</p>
      <Form layout="vertical" component="div">
        <Form.Item label={t.deputies.deputy} htmlFor="deputy" required>
          <Select
            id="deputy"
            showSearch={{ optionFilterProp: 'label' }}
            loading={candidates.isPending}
            value={accountId}
            onChange={setAccountId}
            notFoundContent={t.deputies.nobody}
            options={candidates.data?.items.map((one) => ({
              value: one.accountId,
              label: `${one.name} · ${one.office}`,
            }))}
          />
        </Form.Item>
        <div className="row">
          <Form.Item label={t.deputies.from} htmlFor="deputy-from" required>
            <DateInput id="deputy-from" min={todayOn()} value={from} onChange={setFrom} />
          </Form.Item>
          <Form.Item label={t.deputies.until} htmlFor="deputy-until" required>
            <DateInput id="deputy-until" min={from || todayOn()} value={until} onChange={setUntil} />
          </Form.Item>
        </div>
        <Form.Item label={t.deputies.note} htmlFor="deputy-note" required>
          <Input
            id="deputy-note"
            maxLength={200}
            value={note}
            placeholder={t.deputies.noteHint}
            onChange={(event) => setNote(event.target.value)}
          />
        </Form.Item>
      </Form>
      {fault ? <Alert type="error" showIcon title={fault} role="alert" /> : null}
    </Modal>
  );
};
