import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { sql } from 'kysely';
import { pathsFor, type CadreActor } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { DomainError } from '../../kernel/errors.ts';

type Privacy = typeof contract.privacy;
export type RequestReply = ReplyOf<Privacy['ask']>;

export function cadreOf(ctx: Ctx): CadreActor {
  if (ctx.actor.kind !== 'cadre') throw new DomainError('permission-missing');
  return ctx.actor;
}

const requests = (ctx: Ctx) => ctx.db.selectFrom('privacy_request').selectAll();
export type RequestRow = Awaited<ReturnType<ReturnType<typeof requests>['executeTakeFirstOrThrow']>>;

/** Hers, or in the scope of her audit permission: `decide` may be said of these. */
const decidable = (actor: CadreActor, row: RequestRow) =>
  row.status === 'asked' &&
  row.account_id !== actor.accountId &&
  pathsFor(actor, 'audit.view').some(
    (path) => row.union_path === path || row.union_path.startsWith(`${path}.`),
  );

export function describeRequest(ctx: Ctx, row: RequestRow): RequestReply {
  const actor = cadreOf(ctx);
  const can: RequestReply['can'] = [];
  if (decidable(actor, row)) can.push('decide');
  const open = row.kind === 'opening' && row.status === 'granted' && row.expires_at! > ctx.now;
  if (open && row.account_id === actor.accountId) can.push('open');
  return {
    id: row.id,
    kind: row.kind as RequestReply['kind'],
    who: row.who,
    office: row.office,
    memberNumber: row.member_number,
    subject: row.subject as RequestReply['subject'],
    reason: row.reason,
    askedAt: row.asked_at.toISOString(),
    status: row.status as RequestReply['status'],
    decidedBy: row.decided_who,
    decidedAt: row.decided_at?.toISOString() ?? null,
    expiresAt: row.expires_at?.toISOString() ?? null,
    usedAt: row.used_at?.toISOString() ?? null,
    can,
  };
}

/** Mine, and those in the scope of my audit permission; newest first. */
export async function listRequests(
  ctx: Ctx,
  { query }: InputOf<Privacy['list']>,
): Promise<ReplyOf<Privacy['list']>> {
  const actor = cadreOf(ctx);
  const paths = pathsFor(actor, 'audit.view');
  const seen = ctx.db
    .selectFrom('privacy_request')
    .where((eb) =>
      eb.or([
        eb('account_id', '=', actor.accountId),
        within<'privacy_request'>('privacy_request.union_path', paths)(eb),
      ]),
    );
  const { total } = await seen.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const rows = await seen
    .selectAll()
    .orderBy(sql`status = 'asked'`, 'desc')
    .orderBy('asked_at', 'desc')
    .orderBy('id')
    .limit(query.pageSize)
    .offset((query.page - 1) * query.pageSize)
    .execute();
  const items = rows.map((row) => describeRequest(ctx, row));
  return { items, total: Number(total), page: query.page, pageSize: query.pageSize };
}

/** The request, locked. Throws `thing-not-found`; who may touch it is the caller's to ask. */
export async function lockRequest(ctx: Ctx, id: string): Promise<RequestRow> {
  const row = await requests(ctx).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw new DomainError('thing-not-found');
  return row;
}
