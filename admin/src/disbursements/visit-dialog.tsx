import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Form, Input, Modal } from 'antd';
import { useRef, useState } from 'react';
import { api } from '../client.ts';
import { DateInput } from '../page/date-input.tsx';
import { formatMoney, todayOn } from '../texts/formats.ts';
import { useTexts } from '../texts/texts.ts';
import { ApiError, newIdempotencyKey } from '../transport.ts';
import { FilePick } from './file-pick.tsx';
import { refreshMoney, type Payment } from './payments.ts';

/** Whose claim is paid by the visit. */
export type Visited = Pick<Payment, 'caseId' | 'payeeName' | 'amountFen'>;

/** A visit in person: when, a photo, the signature, what was found. Records the cash in the ledger. */
export const VisitDialog = ({ visited, onClose }: { visited: Visited; onClose: () => void }) => {
  const t = useTexts();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const key = useRef(newIdempotencyKey());
  const [visitedOn, setVisitedOn] = useState(todayOn());
  const [photoId, setPhotoId] = useState<string | null>(null);
  const [signatureId, setSignatureId] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    if (!visitedOn || !photoId || !signatureId || !note.trim()) {
      setFault(t.visit.missing);
      return;
    }
    setBusy(true);
    setFault(null);
    try {
      await api.claims.recordVisit(
        { params: { id: visited.caseId }, body: { visitedOn, photoId, signatureId, note: note.trim() } },
        { idempotencyKey: key.current },
      );
      void message.success(t.visit.done);
      onClose();
      await refreshMoney(queryClient);
    } catch (error) {
      setFault(error instanceof ApiError ? error.message : t.states.unexpected);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={`${t.visit.title} · ${visited.payeeName}`}
      okText={t.visit.submit}
      cancelText={t.common.cancel}
      okButtonProps={{ loading: busy }}
      onOk={() => void submit()}
      onCancel={onClose}
      width={480}
    >
      <p>{t.visit.will(formatMoney(visited.amountFen))}</p>
      <Form layout="vertical" component="div">
        <Form.Item label={t.visit.visitedOn} htmlFor="visited-on" required>
          <DateInput id="visited-on" max={todayOn()} value={visitedOn} onChange={setVisitedOn} />
        </Form.Item>
        <Form.Item label={t.visit.photo} htmlFor="visit-photo" required>
          <FilePick id="visit-photo" onReady={setPhotoId} />
        </Form.Item>
        <Form.Item label={t.visit.signature} htmlFor="visit-signature" required>
          <FilePick id="visit-signature" onReady={setSignatureId} />
        </Form.Item>
        <Form.Item label={t.visit.note} htmlFor="visit-note" required>
          <Input.TextArea
            id="visit-note"
            rows={3}
            maxLength={500}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </Form.Item>
      </Form>
      {fault ? <Alert type="error" showIcon title={fault} role="alert" /> : null}
    </Modal>
  );
};
