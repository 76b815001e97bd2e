import { routes, urlOf } from '@smart-union/api-client';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Alert, App, Button, Modal } from 'antd';
import { useRef, useState } from 'react';
import { api } from '../client.ts';
import { useAct } from '../page/act.ts';
import { Download, Upload, Verified } from '../page/icons.tsx';
import { formatMoney } from '../texts/formats.ts';
import { useTexts } from '../texts/texts.ts';
import { download, newIdempotencyKey } from '../transport.ts';
import { refreshMoney, type Batch } from './payments.ts';

type Asking = 'release' | 'send' | 'cancel' | null;

/** The acts of a batch in their order, each saying in numbers what it will do, and why one may not. */
export const BatchActs = ({ batch }: { batch: Batch }) => {
  const t = useTexts();
  const { message, modal } = App.useApp();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { busy, run } = useAct();
  const [asking, setAsking] = useState<Asking>(null);
  const picker = useRef<HTMLInputElement>(null);
  const key = useRef('');
  const may = (act: string): boolean => batch.can.includes(act);
  const total = formatMoney(batch.totalFen);
  const ask = (act: Asking): void => {
    key.current = newIdempotencyKey();
    setAsking(act);
  };
  const call = { params: { id: batch.id } };
  const once = (): { idempotencyKey: string } => ({ idempotencyKey: key.current });
  const dialogs = {
    release: {
      title: t.batches.releaseTitle,
      will: t.batches.releaseWill(batch.lineCount, total),
      note: t.batches.releaseFourEyes,
      ok: t.batches.release,
      done: t.batches.released,
      act: () => api.disbursements.releaseBatch(call, once()),
    },
    send: {
      title: t.batches.markSentTitle,
      will: t.batches.markSentWill(total),
      note: '',
      ok: t.batches.markSent,
      done: t.batches.markedSent,
      act: () => api.disbursements.markSent(call, once()),
    },
    cancel: {
      title: t.batches.cancelTitle,
      will: t.batches.cancelWill(batch.lineCount),
      note: '',
      ok: t.batches.cancel,
      done: t.batches.cancelled,
      act: () => api.disbursements.cancelBatch(call),
    },
  };
  const dialog = asking ? dialogs[asking] : null;
  const confirm = async (): Promise<void> => {
    if (!dialog) return;
    const done = await run(dialog.act, dialog.done);
    if (!done) return;
    setAsking(null);
    await refreshMoney(queryClient);
    if (asking === 'cancel') await navigate({ to: '/batches' as never });
  };
  const file = (format: 'csv' | 'fixed'): Promise<unknown> =>
    run(() =>
      download(
        urlOf(routes.disbursements.batchFile[1], { id: batch.id }, { format }),
        `${batch.number}.${format === 'csv' ? 'csv' : 'txt'}`,
      ),
    );
  const playBank = (reject: number): Promise<unknown> =>
    run(() =>
      download(
        urlOf(routes.disbursements.demoReturn[1], { id: batch.id }, { reject }),
        `${batch.number}-return.csv`,
      ),
    );
  const readReturn = async (chosen: File): Promise<void> => {
    await run(async () => {
      const reply = await api.disbursements.importReturn(
        { ...call, query: { fileName: chosen.name } },
        { raw: chosen },
      );
      await refreshMoney(queryClient);
      const counts = t.batches.returnCounts(reply.settled, reply.failed, reply.exceptions);
      if (reply.alreadyRead) void message.info(t.batches.returnAgain);
      else modal.info({ title: t.batches.returnRead, content: counts, okText: t.common.ok });
    });
  };
  return (
    <div className="stack batch-acts">
      <div className="row">
        {may('release') ? (
          <Button type="primary" icon={<Verified />} onClick={() => ask('release')}>
            {t.batches.release}
          </Button>
        ) : null}
        {may('file') ? (
          <>
            <Button icon={<Download />} loading={busy} onClick={() => void file('csv')}>
              {t.batches.fileCsv}
            </Button>
            <Button icon={<Download />} loading={busy} onClick={() => void file('fixed')}>
              {t.batches.fileFixed}
            </Button>
          </>
        ) : null}
        {may('send') ? (
          <Button type="primary" onClick={() => ask('send')}>
            {t.batches.markSent}
          </Button>
        ) : null}
        {may('reconcile') ? (
          <Button type="primary" icon={<Upload />} loading={busy} onClick={() => picker.current?.click()}>
            {t.batches.importReturn}
          </Button>
        ) : null}
        {may('cancel') ? (
          <Button danger onClick={() => ask('cancel')}>
            {t.batches.cancel}
          </Button>
        ) : null}
        {batch.failedCount > 0 ? (
          <Link to={'/payments' as never} search={{ status: 'failed' } as never}>
            {t.batches.seeFailed}
          </Link>
        ) : null}
        {batch.exceptionCount > 0 ? <Link to={'/exceptions' as never}>{t.batches.seeExceptions}</Link> : null}
      </div>
      {may('file') ? <span className="quiet">{t.batches.fileNote}</span> : null}
      {may('reconcile') ? <span className="quiet">{t.batches.importReturnNote}</span> : null}
      {may('demo-return') ? (
        <div className="row demo-bank">
          <Button icon={<Download />} onClick={() => void playBank(0)}>
            {t.batches.demoReturn}
          </Button>
          <Button icon={<Download />} onClick={() => void playBank(1)}>
            {t.batches.demoReturnBad}
          </Button>
          <span className="quiet">{t.batches.demoReturnNote}</span>
        </div>
      ) : null}
      {batch.cannot ? (
        <Alert type="info" showIcon title={t.batches.cannotRelease} description={batch.cannot} />
      ) : null}
      <input
        ref={picker}
        type="file"
        hidden
        aria-label={t.batches.importReturn}
        accept=".csv,.txt"
        onChange={(event) => {
          const chosen = event.target.files?.[0];
          // The same file chosen again must raise the event again: a person does try a return file twice.
          event.target.value = '';
          if (chosen) void readReturn(chosen);
        }}
      />
      <Modal
        open={asking !== null}
        title={dialog?.title}
        okText={dialog?.ok}
        cancelText={t.common.cancel}
        okButtonProps={{ loading: busy, danger: asking === 'cancel' }}
        onOk={() => void confirm()}
        onCancel={() => setAsking(null)}
        width={440}
      >
        <p>{dialog?.will}</p>
        {dialog?.note ? <p className="quiet">{dialog.note}</p> : null}
      </Modal>
    </div>
  );
};
