import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { maskPhone } from '@smart-union/catalogue-kit/checks/phone.ts';
import { inSystemContext, type Ctx, type Federation, type Platform } from '../../server/kernel/context.ts';
import type { History, Operation } from './history.ts';
import { findFaults } from './proof.ts';

/** `lost`: acknowledged and not there. `double`: done twice. `broken`: there, but it does not add up. */
export interface Finding {
  kind: 'lost' | 'double' | 'broken';
  checker: 'set' | 'bank' | 'counter' | 'effect' | 'audit' | 'text' | 'return';
  text: string;
}

type Report = (kind: Finding['kind'], text: string) => void;
type Counted = { subject: string; n: number };

const rows = async <T>(ctx: Ctx, query: ReturnType<typeof sql<T>>) => (await query.execute(ctx.db)).rows;

/** What of each kind an operation must have left, by the operation's subject; the counts are of rows. */
const effects: Partial<Record<Operation['kind'], ReturnType<typeof sql<Counted>>>> = {
  deposit: sql`select note as subject, count(*)::int as n from transfer where kind = 'deposit' group by 1`,
  upload: sql`select id::text as subject, 1 as n from file where status = 'ready'`,
  submit: sql`select c.id::text as subject, count(*)::int as n from "case" c join claim l on l.case_id = c.id
    where c.status <> 'draft' group by 1`,
  batch: sql`select id::text as subject, 1 as n from payment_batch`,
  release: sql`select id::text as subject, 1 as n from payment_batch where status not in ('draft', 'locked', 'cancelled')`,
  send: sql`select id::text as subject, 1 as n from payment_batch where status in ('sent', 'returned', 'reconciled')`,
  return: sql`select batch_id::text || ' ' || encode(sha256, 'hex') as subject, count(*)::int as n from bank_return group by 1`,
};

/** Every acknowledged thing is there, once; what was refused is not; what is unknown at most once; and nothing else is. */
async function checkSet(ctx: Ctx, history: History, report: Report): Promise<void> {
  for (const [kind, query] of Object.entries(effects) as [Operation['kind'], typeof effects.batch][]) {
    const found = new Map((await rows(ctx, query!)).map(({ subject, n }) => [subject, n]));
    for (const operation of history.of(kind)) {
      const n = found.get(operation.subject) ?? 0;
      const what = `${kind} ${operation.key} (${operation.outcome})`;
      if (n > 1) report('double', `${what} is there ${n} times`);
      if (n === 0 && operation.outcome === 'acknowledged') report('lost', `${what} is not there`);
      if (n > 0 && operation.outcome === 'refused' && (kind === 'deposit' || kind === 'return'))
        report('broken', `${what} is there`);
    }
  }
  const known = new Set(history.of('deposit').map(({ key }) => key));
  const deposits = await rows(
    ctx,
    sql<{ note: string; fen: number }>`
    select note, amount_fen as fen from transfer where kind = 'deposit' and note like 'op-%'`,
  );
  for (const { note } of deposits)
    if (!known.has(note)) report('double', `deposit ${note} was never asked for`);
  const fen = new Map(deposits.map((row) => [row.note, row.fen]));
  for (const { key, amountFen } of history.of('deposit'))
    if (fen.has(key) && fen.get(key) !== amountFen) report('broken', `deposit ${key} is of ${fen.get(key)}`);
  await checkDecisions(ctx, history, report);
}

async function checkDecisions(ctx: Ctx, history: History, report: Report): Promise<void> {
  const made = await rows(
    ctx,
    sql<{ id: string; stage: string; n: number }>`
    select case_id::text as id, split_part(stage, '-', 1) as stage, count(*)::int as n from decision group by 1, 2`,
  );
  const found = new Map(made.map((row) => [`${row.stage} ${row.id}`, row.n]));
  for (const { subject, key, outcome } of history.of('decide')) {
    const stage = key.includes('siblingChair') ? 'unit' : 'district';
    if (outcome === 'acknowledged' && !found.has(`${stage} ${subject}`))
      report('lost', `decision of ${stage} on ${subject} is not there`);
  }
  for (const [what, n] of found) if (n > 1) report('double', `decision ${what} is there ${n} times`);
}

/** Ledger sums, no account below nothing, and no fen made or lost: what came in is what lies in the accounts. */
async function checkBank(ctx: Ctx, history: History, report: Report): Promise<void> {
  const accounts = await rows(
    ctx,
    sql<{ kind: string; fen: number }>`
    select kind, sum(balance_fen)::bigint as fen from ledger_account group by kind`,
  );
  const of = Object.fromEntries(accounts.map(({ kind, fen }) => [kind, fen]));
  const total = accounts.reduce((sum, { fen }) => sum + fen, 0);
  if (total !== 0) report('broken', `the accounts sum to ${total}, not to 0`);
  for (const { kind, fen } of accounts)
    if (kind !== 'source' && fen < 0) report('broken', `${kind} is ${fen}`);
  const [least, most] = boundsOf(history);
  const inside = -(of.source ?? 0);
  if (inside < least || inside > most)
    report('broken', `${inside} fen came in, acknowledged were ${least}, asked for ${most}`);
  const twice = await rows(
    ctx,
    sql<{ what: string; n: number }>`
    select kind || ' of ' || disbursement_id as what, count(*)::int as n from transfer
    where disbursement_id is not null group by kind, disbursement_id having count(*) > 1`,
  );
  for (const { what, n } of twice) report('double', `${what} is booked ${n} times`);
}

/** Fen that must have come in, and that may have. */
export function boundsOf(history: History): [number, number] {
  const sum = (list: Operation[]) => list.reduce((fen, { amountFen }) => fen + amountFen, 0);
  const deposits = history.of('deposit');
  const acknowledged = deposits.filter(({ outcome }) => outcome === 'acknowledged');
  return [sum(acknowledged), sum(deposits.filter(({ outcome }) => outcome !== 'refused'))];
}

/** Whoever was told that a code is on its way has received it, once; and nobody has received what is written nowhere. */
async function checkCodes(ctx: Ctx, history: History, report: Report): Promise<void> {
  const written = await rows(
    ctx,
    sql<{ id: string; phone: string; sent: boolean; error: string | null }>`
    select id::text, to_masked as phone, sent_at is not null as sent, error from outbox`,
  );
  const texts = history.texts.map(({ key }) => key);
  for (const { subject, outcome } of history.of('code')) {
    const mine = written.filter(({ phone }) => phone === maskPhone(subject));
    if (mine.length > 1) report('double', `${mine.length} codes were made for ${subject}`);
    if (mine.length === 0 && outcome === 'acknowledged')
      report('lost', `the code for ${subject} is not there`);
    if (mine.length > 0 && outcome === 'refused') report('broken', `the code for ${subject} was refused`);
  }
  for (const { id, sent, error } of written) {
    const times = texts.filter((key) => key === id).length;
    if (!sent) report('lost', `the text ${id} was not sent: ${error}`);
    if (sent && times === 0) report('lost', `the text ${id} never arrived`);
    if (times > 1) report('double', `the text ${id} arrived ${times} times`);
  }
  const known = new Set(written.map(({ id }) => id));
  for (const key of texts) if (!known.has(key)) report('broken', `the text ${key} is written nowhere`);
}

/** No line waits for a result when the bank's files for its batch have all been acknowledged. */
async function checkReturns(ctx: Ctx, history: History, report: Report): Promise<void> {
  const waiting = await rows(
    ctx,
    sql<{ id: string; n: number }>`
    select l.batch_id::text as id, count(*)::int as n from payment_line l join disbursement d on d.id = l.disbursement_id
    where l.result <> 'ok' or d.status <> 'paid' group by 1`,
  );
  for (const { id, n } of waiting)
    if (history.returned.has(id)) report('lost', `${n} results of batch ${id} are not there`);
}

/** At most two claims a year, whatever raced; one payment for each that was approved. */
async function checkCounter(ctx: Ctx, _history: History, report: Report): Promise<void> {
  const over = await rows(
    ctx,
    sql<{ id: string; year: string; n: number }>`
    select l.member_id::text as id, to_char(c.submitted_on, 'YYYY') as year, count(*)::int as n
    from claim l join "case" c on c.id = l.case_id where l.status <> 'released' group by 1, 2 having count(*) > 2`,
  );
  for (const { id, year, n } of over) report('double', `member ${id} has ${n} claims in ${year}`);
  const unpaid = await rows(
    ctx,
    sql<{ id: string; status: string; n: number }>`
    select l.case_id::text as id, l.status, count(d.id)::int as n from claim l
    left join disbursement d on d.case_id = l.case_id and d.status <> 'cancelled' group by 1, 2
    having count(d.id) <> (case when l.status in ('approved', 'paid') then 1 else 0 end)`,
  );
  for (const { id, status, n } of unpaid) {
    const kind = n > 1 ? 'double' : n === 0 ? 'lost' : 'broken';
    report(kind, `claim ${id} is ${status} and has ${n} payments`);
  }
}

/** One effect per key: its row is there and holds the answer that was given, and nobody was ever given two answers. */
async function checkEffect(ctx: Ctx, history: History, report: Report): Promise<void> {
  const kept = await rows(
    ctx,
    sql<{ key: string; reply: string | null; n: number }>`
    select key, min(reply) as reply, count(*)::int as n from idempotency_key group by key`,
  );
  const found = new Map(kept.map((row) => [row.key, row]));
  for (const { kind, key, replies } of history.operations) {
    if (new Set(replies).size > 1 && kind !== 'return') report('double', `${key} was answered in two ways`);
    if (replies.length === 0 || kind === 'upload' || kind === 'return' || kind === 'code') continue;
    const row = found.get(key);
    if (!row) report('lost', `the key ${key} is not kept`);
    else if (row.n > 1) report('double', `the key ${key} is kept ${row.n} times`);
    else if (!sameJson(row.reply, replies[0]!)) report('broken', `the key ${key} keeps another answer`);
  }
  const told = await rows(
    ctx,
    sql<{ title: string; n: number }>`
    select title || ' of ' || case_id as title, count(*)::int as n from message where case_id is not null
    group by title, case_id, member_id having count(*) > 1`,
  );
  for (const { title, n } of told) report('double', `the member was told ${title} ${n} times`);
}

const sorted = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** What was answered is what is kept; the contract may have dropped fields on the way out. */
function sameJson(kept: string | null, told: string): boolean {
  const [stored, reply] = [JSON.parse(kept ?? 'null'), JSON.parse(told)] as Record<string, unknown>[];
  const part = Object.fromEntries(Object.keys(reply ?? {}).map((key) => [key, stored?.[key]]));
  return JSON.stringify(part, sorted) === JSON.stringify(reply, sorted);
}

/** Each thing that was done stands in the log, once; that the chain itself holds is proved beside this. */
async function checkAudit(ctx: Ctx, _history: History, report: Report): Promise<void> {
  const pairs = await rows(
    ctx,
    sql<{ what: string; done: number; logged: number }>`
    select * from (values
      ('fund.deposited', (select count(*) from transfer where kind = 'deposit')),
      ('case.submitted', (select count(*) from claim)),
      ('case.approved', (select count(*) from disbursement)),
      ('batch.locked', (select count(*) from payment_batch)),
      ('batch.released', (select count(*) from payment_batch where status not in ('draft', 'locked', 'cancelled'))),
      ('return.read', (select count(*) from bank_return))) as done (what, done),
    lateral (select count(*) as logged from audit_event where kind = what) as log`,
  );
  for (const { what, done, logged } of pairs)
    if (done !== logged) report(logged > done ? 'double' : 'lost', `${what}: done ${done}, logged ${logged}`);
}

const inContextCheckers = {
  set: checkSet,
  bank: checkBank,
  counter: checkCounter,
  effect: checkEffect,
  audit: checkAudit,
  text: checkCodes,
  return: checkReturns,
} as const;

/** The bytes of every acknowledged upload, as its owner would get them. */
async function checkFiles(ctx: Ctx, platform: Platform, history: History, report: Report): Promise<void> {
  const stored = await rows(
    ctx,
    sql<{ id: string; stored_as: string; sha256: Buffer }>`
    select id::text, stored_as, sha256 from file where status = 'ready'`,
  );
  const found = new Map(stored.map((row) => [row.id, row]));
  for (const { subject, outcome } of history.of('upload')) {
    const row = found.get(subject);
    if (outcome !== 'acknowledged' || !row) continue;
    const bytes = await platform.files.read(row.stored_as).catch(() => null);
    const whole = bytes && createHash('sha256').update(bytes).digest().equals(row.sha256);
    if (!whole) report('lost', `the bytes of upload ${subject} cannot be read`);
  }
}

/** Everything that is wrong, by all the checkers, against what people were told. Empty when all is well. */
export async function check(
  platform: Platform,
  federation: Federation,
  history: History,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  await inSystemContext(platform, federation, '测试', async (ctx) => {
    for (const [checker, look] of Object.entries(inContextCheckers) as [
      Finding['checker'],
      typeof checkSet,
    ][])
      await look(ctx, history, (kind, text) => findings.push({ kind, checker, text }));
    const report: Report = (kind, text) => findings.push({ kind, checker: 'set', text });
    await checkFiles(ctx, platform, history, report);
  });
  // The product's own proofs, which an operator has too: ledger, figures, audit chain.
  for (const text of await findFaults(platform, federation, [])) {
    const checker = text.startsWith('ledger') ? 'bank' : text.startsWith('figure') ? 'counter' : 'audit';
    findings.push({ kind: 'broken', checker, text });
  }
  return findings;
}
