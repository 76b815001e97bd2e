import { sql } from 'kysely';
import { contract, type InputOf, type ReplyOf } from '@smart-union/contract';
import { anchorJob, verifyAnchoredAudit } from './audit-anchor.ts';
import { record } from './audit.ts';
import type { Ctx } from './context.ts';
import { within } from './db.ts';
import { mount, type HttpHost } from './http.ts';

type Audit = typeof contract.audit;

interface Told {
  by: { name: string; office: string };
  data?: Record<string, unknown>;
}

async function listEvents(ctx: Ctx, { query }: InputOf<Audit['list']>): Promise<ReplyOf<Audit['list']>> {
  let found = ctx.db
    .selectFrom('audit_event')
    .where(within('audit_event.union_path', ctx.scope.paths) as never);
  if (query.kind) found = found.where('kind', 'like', `${query.kind}%`);
  if (query.subjectId) found = found.where('subject_id', '=', query.subjectId);
  if (query.from)
    found = found.where(sql<boolean>`at >= (${query.from}::date)::timestamp at time zone 'Asia/Shanghai'`);
  if (query.to)
    found = found.where(sql<boolean>`at < (${query.to}::date + 1)::timestamp at time zone 'Asia/Shanghai'`);
  const q = query.q;
  if (q) found = found.where((eb) => eb('payload', 'like', `%${q.replace(/[%_\\]/g, '\\$&')}%`));
  const [{ total }, rows] = await Promise.all([
    found.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    found
      .selectAll()
      .orderBy('at', 'desc')
      .orderBy('lane')
      .orderBy('sequence', 'desc')
      .limit(query.pageSize)
      .offset((query.page - 1) * query.pageSize)
      .execute(),
  ]);
  const items = rows.map((row) => {
    const told = JSON.parse(row.payload) as Told;
    return {
      sequence: row.lane * 1e12 + row.sequence,
      at: row.at.toISOString(),
      kind: row.kind,
      by: told.by.name,
      office: told.by.office,
      subject: row.subject,
      subjectId: row.subject_id,
      text: told.data ? JSON.stringify(told.data) : '',
      hash: row.hash.toString('hex'),
    };
  });
  return { items, total: Number(total), page: query.page, pageSize: query.pageSize };
}

async function verify(ctx: Ctx): Promise<ReplyOf<Audit['verify']>> {
  const verification = await verifyAnchoredAudit(ctx);
  await record(ctx, {
    kind: 'audit.verified',
    subject: 'audit',
    subjectId: null,
    unionPath: ctx.scope.paths[0] ?? 'f',
    data: { ok: verification.ok, rows: verification.rows },
  });
  return verification;
}

export function mountAudit(host: HttpHost): void {
  mount(host, 'audit', contract.audit, { list: listEvents, verify });
  host.platform.jobs.register(anchorJob);
}
