import { randomUUID } from 'node:crypto';
import { csvReturnFile } from '../../server/modules/disbursements/return-file.ts';
import { requestOf, type Ask } from '../load.ts';
import type { ReadyPayment } from '../supply.ts';
import { eachOnce, type Given, type Task } from './task.ts';

const linesPerBatch = 20;

/** The bank's answer that all is paid. */
function returnOf(batchNumber: string, payments: readonly ReadyPayment[]): Buffer {
  const rows = payments.map(({ caseNumber, amountFen }, index) => ({
    rowNumber: index + 1,
    sequence: index + 1,
    caseNumber,
    amountFen,
    ok: true,
    reason: '',
  }));
  return csvReturnFile({ batchNumber, number: 1, last: true, rows }, '2026-11-21');
}

/** A batch from its making to the bank's return file. */
export function paymentTasks({ world, supply }: Given): Task[] {
  const { treasurer, payer } = world.tokens;
  return [
    {
      name: 'pay',
      title: `发放一批（${linesPerBatch} 笔：制单、放行、送银行、回盘）`,
      clients: [1, 4],
      counts: (clients) => (clients === 1 ? 4 : 16),
      async round(server, count) {
        const payments = await supply.payments(count * linesPerBatch);
        const root = server === 'product' ? '/api/v1/payment-batches' : '/batches';
        const post = (path: string, token: string, sent: { body?: object; bytes?: Buffer } = {}) =>
          requestOf('POST', `${root}${path}`, token, { ...sent, key: randomUUID() });
        return eachOnce(
          Array.from({ length: count }, (_, index) => {
            const lines = payments.slice(index * linesPerBatch, (index + 1) * linesPerBatch);
            const ids = lines.map(({ id }) => id);
            return async (ask: Ask) => {
              const body = { fundId: world.fund.id, disbursementIds: ids, ids };
              const made = await ask(post('', treasurer, { body }));
              const { id, number } = JSON.parse(made.toString()) as { id: string; number: string };
              await ask(post(`/${id}/release`, payer, { body: {} }));
              await ask(post(`/${id}/sending`, payer, { body: {} }));
              const bytes = returnOf(number, lines);
              await ask(post(`/${id}/returns`, treasurer, { bytes }));
            };
          }),
        );
      },
    },
  ];
}
