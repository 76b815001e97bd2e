import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor, CadreActor, MemberActor } from './access.ts';
import type { Ctx } from './context.ts';
import { laneCount } from './db.ts';
import { statement } from './db/statement.ts';

export interface AuditEvent {
  /** `noun.past`, e.g. 'case.approved'. */
  kind: string;
  subject: string;
  subjectId: string | null;
  /** Path of the union concerned, so that auditors see their own scope. */
  unionPath: string;
  /** Ids, codes, counts, amounts. Never a sealed value. */
  data?: Record<string, unknown>;
}

/** What an audit row tells of who did it. */
export type AuditedActor =
  | Pick<MemberActor, 'kind' | 'memberId' | 'name'>
  | Pick<CadreActor, 'kind' | 'accountId' | 'name' | 'office'>
  | Exclude<Actor, MemberActor | CadreActor>;

const whoOf = (actor: AuditedActor) => {
  if (actor.kind === 'cadre')
    return { accountId: actor.accountId, memberId: null, name: actor.name, office: actor.office };
  if (actor.kind === 'member')
    return { accountId: null, memberId: actor.memberId, name: actor.name, office: '会员本人' };
  return {
    accountId: null,
    memberId: null,
    name: actor.kind === 'system' ? actor.name : '未登录',
    office: '系统',
  };
};

interface Link {
  [key: string]: unknown;
  payload: string;
  lane: number;
  at: Date;
  kind: string;
  accountId: string | null;
  memberId: string | null;
  subject: string;
  subjectId: string | null;
  unionPath: string;
}

const linkAdded = statement(
  (_db, link: Link) => sql`
    with head as (
      update audit_lane set sequence = sequence + 1, hash = sha256(hash || convert_to(${link.payload}::text, 'UTF8'))
      where lane = ${link.lane} returning lane, sequence, hash
    ), written as (
      insert into audit_event
        (lane, sequence, at, kind, account_id, member_id, subject, subject_id, union_path, payload, hash)
      select lane, sequence, ${link.at}::timestamptz, ${link.kind}::text, ${link.accountId}::uuid, ${link.memberId}::uuid,
        ${link.subject}::text, ${link.subjectId}::uuid, ${link.unionPath}::text, ${link.payload}::text, hash
      from head returning 1
    )
    select 1 / count(*)::int from written`,
);

/**
 * Writes an audit row in the transaction of the change it tells of. Rows form hash chains, one per lane: each hash is
 * SHA-256 over the previous hash and the row's payload, so a row altered, removed or moved breaks its chain at a place
 * that can be named. If the row cannot be written, the change is not made either. `actor`: where the request does not know
 * her yet, as at a sign-in.
 */
export async function record(ctx: Ctx, event: AuditEvent, actor: AuditedActor = ctx.actor): Promise<void> {
  const who = whoOf(actor);
  const payload = JSON.stringify({ at: ctx.now.toISOString(), ...event, by: who, requestId: ctx.requestId });
  const { kind, subject, subjectId, unionPath } = event;
  const { accountId, memberId } = who;
  linkAdded.later(ctx, {
    payload,
    lane: ctx.lane,
    at: ctx.now,
    kind,
    accountId,
    memberId,
    subject,
    subjectId,
    unionPath,
  });
}

/** Opens the lanes of a new federation. The genesis hash names the lane, so that chains cannot be exchanged. */
export async function openLanes(ctx: Ctx): Promise<void> {
  const lanes = Array.from({ length: laneCount }, (_, lane) => ({
    lane,
    sequence: 0,
    hash: createHash('sha256').update(`${ctx.federation.code} ${lane}`).digest(),
  }));
  await ctx.db
    .insertInto('audit_lane')
    .values(lanes)
    .onConflict((c) => c.doNothing())
    .execute();
}

export interface Verification {
  ok: boolean;
  rows: number;
  /** Where the first break is: lane * 10^12 + sequence. */
  brokenAt: number | null;
  reason: string | null;
  headHash: string | null;
}

const place = (lane: number, sequence: number) => lane * 1e12 + sequence;

/**
 * Walks every lane and names the first row that does not fit: altered, missing, or out of order. People go on working
 * meanwhile, so each lane is walked up to the head it had at the start; what was added since is the next walk's.
 */
export async function verifyAudit(
  ctx: Pick<Ctx, 'db' | 'federation'>,
  tell: (done: number, total: number) => Promise<void> = async () => {},
): Promise<Verification> {
  const lanes = await ctx.db.selectFrom('audit_lane').selectAll().orderBy('lane').execute();
  const all = createHash('sha256');
  let rows = 0;
  for (const [done, lane] of lanes.entries()) {
    await tell(done, lanes.length);
    let hash = createHash('sha256').update(`${ctx.federation.code} ${lane.lane}`).digest();
    let expected = 1;
    for (;;) {
      const page = await ctx.db
        .selectFrom('audit_event')
        .select(['sequence', 'kind', 'subject_id', 'account_id', 'union_path', 'at', 'payload', 'hash'])
        .where('lane', '=', lane.lane)
        .where('sequence', '>=', expected)
        .where('sequence', '<=', lane.sequence)
        .orderBy('sequence')
        .limit(5000)
        .execute();
      for (const row of page) {
        const broken = (reason: string) => ({
          ok: false,
          rows,
          brokenAt: place(lane.lane, row.sequence),
          reason,
          headHash: null,
        });
        if (row.sequence !== expected) return broken(`缺少第 ${expected} 行`);
        hash = createHash('sha256').update(hash).update(row.payload).digest();
        if (!hash.equals(row.hash)) return broken('内容或次序被改动');
        const told = JSON.parse(row.payload) as {
          kind: string;
          subjectId: string | null;
          unionPath: string;
          at: string;
          by: { accountId: string | null };
        };
        const same =
          told.kind === row.kind &&
          told.subjectId === row.subject_id &&
          told.unionPath === row.union_path &&
          told.by.accountId === row.account_id &&
          told.at === row.at.toISOString();
        if (!same) return broken('索引列与内容不符');
        expected += 1;
        rows += 1;
      }
      if (page.length < 5000) break;
    }
    if (lane.sequence !== expected - 1 || !hash.equals(lane.hash)) {
      const brokenAt = place(lane.lane, expected);
      return { ok: false, rows, brokenAt, reason: '末尾的行被删除', headHash: null };
    }
    all.update(hash);
  }
  // One statement sees heads and rows at the same instant.
  const { rows: surplus } = await sql<{ lane: number; sequence: number }>`
    select l.lane, e.sequence from audit_lane l cross join lateral (
      select sequence from audit_event e where e.lane = l.lane and e.sequence > l.sequence order by sequence limit 1) e
    order by l.lane limit 1`.execute(ctx.db);
  const beyond = surplus[0];
  if (beyond) {
    const brokenAt = place(beyond.lane, beyond.sequence);
    return { ok: false, rows, brokenAt, reason: '末尾多出的行', headHash: null };
  }
  return { ok: true, rows, brokenAt: null, reason: null, headHash: all.digest('hex') };
}
