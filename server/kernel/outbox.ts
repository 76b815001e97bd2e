import { sql } from 'kysely';
import { maskPhone } from '@smart-union/catalogue-kit/checks/phone.ts';
import type { Ctx } from './context.ts';
import type { HttpHost } from './http.ts';
import { defineJob } from './jobs.ts';
import type { Measure } from './metrics.ts';

export interface Sms {
  /** Mobile number, digits only. */
  to: string;
  text: string;
}

const jobName = 'outbox.send-sms';
const maxAttempts = 6;
const answerMillis = 8000;
/** Sent messages are thrown away after a week: a text nobody keeps cannot leak. */
const keepDays = 7;

/**
 * Puts a message in the outbox, sealed, in the caller's transaction. With `SMS_GATEWAY_URL` a job sends it after the
 * commit; without, it stays there, readable at /dev/outbox in demo mode.
 */
export async function sendSms(ctx: Ctx, { to, text }: Sms): Promise<void> {
  const id = ctx.id();
  const place = { table: 'outbox', row: id };
  await ctx.db
    .insertInto('outbox')
    .values({
      id,
      channel: 'sms',
      to_sealed: ctx.pii.seal({ ...place, column: 'to_sealed' }, to),
      to_masked: maskPhone(to),
      text_sealed: ctx.pii.seal({ ...place, column: 'text_sealed' }, text),
      created_at: ctx.now,
    })
    .execute();
  if (ctx.config.smsGatewayUrl) await ctx.jobs.enqueue(ctx, jobName, { id });
}

/**
 * Hands one message to the gateway: POST of `{ id, to, text }`, any 2xx is success. User and password in the address
 * become Basic authentication; the id is also the Idempotency-Key, since a try whose answer was lost is repeated.
 */
export async function postToGateway(gateway: string, message: Sms & { id: string }): Promise<void> {
  const url = new URL(gateway);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'idempotency-key': message.id,
  };
  if (url.username) {
    const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.authorization = `Basic ${Buffer.from(login).toString('base64')}`;
    url.username = '';
    url.password = '';
  }
  const answer = await fetch(url, {
    method: 'POST',
    headers,
    body: JSON.stringify(message),
    redirect: 'error',
    signal: AbortSignal.timeout(answerMillis),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`gateway answered ${answer.status}`);
}

/** What went wrong, short and without the address, which may hold a password. */
function faultOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string } };
  if (name === 'TimeoutError') return `no answer within ${answerMillis / 1000} s`;
  return cause?.code ?? (message.startsWith('gateway answered') ? message : name);
}

const sendJob = defineJob<{ id: string }>({
  name: jobName,
  // What a killed server had in hand goes out while its code is still good.
  timeoutSeconds: 20,
  retry: { limit: 8, delaySeconds: 1 },
  async run(ctx, { id }) {
    const gateway = ctx.config.smsGatewayUrl;
    const row = await ctx.db
      .selectFrom('outbox')
      .selectAll()
      .where('id', '=', id)
      .where('sent_at', 'is', null)
      .forUpdate()
      .executeTakeFirst();
    if (!row || !gateway) return;
    const place = { table: 'outbox', row: id };
    const to = ctx.pii.unseal({ ...place, column: 'to_sealed' }, row.to_sealed);
    const text = ctx.pii.unseal({ ...place, column: 'text_sealed' }, row.text_sealed);
    const attempts = row.attempts + 1;
    // A refusal is written down and tried again by a new job: thrown, it would undo its own note.
    const fault = await postToGateway(gateway, { id, to, text }).then(() => null, faultOf);
    await ctx.db
      .updateTable('outbox')
      .set(fault ? { attempts, error: fault } : { attempts, error: null, sent_at: ctx.now })
      .where('id', '=', id)
      .execute();
    if (!fault) return;
    ctx.log.warn({ outbox: id, attempts, fault }, 'message not sent');
    if (attempts >= maxAttempts) return;
    // 2, 6, 18, 54, 162 s: who waits for a code waits at a counter.
    const startAfter = new Date(ctx.now.getTime() + 2000 * 3 ** (attempts - 1));
    await ctx.jobs.enqueue(ctx, jobName, { id }, { startAfter });
  },
});

const sweepJob = defineJob({
  name: 'outbox.sweep',
  schedule: { dailyAt: '03:40' },
  async run(ctx) {
    const before = new Date(ctx.now.getTime() - keepDays * 86_400_000);
    await ctx.db
      .deleteFrom('outbox')
      .where(sql<Date>`coalesce(sent_at, created_at)`, '<', before)
      .execute();
  },
});

/** Unsent messages by what becomes of them: to be tried again, or given up after the last try. */
const backlog: Measure = {
  name: 'outbox_messages',
  help: 'Text messages not sent: waiting for the next try, or given up. Without a gateway all wait.',
  label: { name: 'state', values: ['waiting', 'given_up'] },
  across: 'sum',
  async read(ctx) {
    const found = await sql<{ waiting: number; given_up: number }>`
      select count(*) filter (where attempts < ${maxAttempts}) as waiting,
        count(*) filter (where attempts >= ${maxAttempts}) as given_up
      from outbox where sent_at is null`.execute(ctx.db);
    return { ...found.rows[0]! };
  },
};

/** No try outlasts it, so what is older was given up and says nothing of now. */
const lastTryMillis = 6 * 60_000;

/**
 * The gateway takes nothing at present: of the last minutes a message failed, and none made after it arrived. A refusal of
 * one message (4xx, a number that does not exist) says nothing of others.
 */
export async function isGatewayDown(ctx: Ctx): Promise<boolean> {
  if (!ctx.config.smsGatewayUrl) return false;
  const { rows } = await sql<{ down: boolean }>`
    select exists (
      select 1 from outbox failed
      where failed.sent_at is null and failed.attempts > 0 and failed.error not like 'gateway answered 4%'
        and failed.created_at > ${new Date(ctx.now.getTime() - lastTryMillis)}
        and not exists (select 1 from outbox later where later.created_at >= failed.created_at and later.sent_at is not null)
    ) as down`.execute(ctx.db);
  return rows[0]!.down;
}

/** Registers the jobs that send and throw away messages. */
export function mountOutbox({ platform }: Pick<HttpHost, 'platform'>): void {
  platform.metrics.measure(backlog);
  platform.jobs.register(sendJob);
  platform.jobs.register(sweepJob);
}
