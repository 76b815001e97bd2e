import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { sql } from 'kysely';
import { holdsOver } from '../../kernel/access.ts';
import { dayOf } from '../../kernel/clock.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { sortOf } from '../../kernel/db/sorting.ts';
import { DomainError } from '../../kernel/errors.ts';
import { exportList } from '../../kernel/exports.ts';
import type { RawResult } from '../../kernel/http.ts';
import { involvedIn } from './four-eyes.ts';

type Disbursements = typeof contract.disbursements;
type Visit = ReplyOf<Disbursements['listVisits']>['items'][number];
type Query = Omit<InputOf<Disbursements['listVisits']>['query'], 'page' | 'pageSize'>;

const literal = (text: string) => text.replace(/[%_\\]/g, '\\$&');

/** Visits due in the visitor's scope; `q` is a name, a case number or the beginning of a union's name. */
function due(ctx: Ctx, { q, under }: Query) {
  let found = ctx.db
    .selectFrom('disbursement')
    .innerJoin('union', 'union.id', 'disbursement.union_id')
    .where('disbursement.status', '=', 'visit-due')
    .where(within('disbursement.union_path', ctx.scope.paths) as never);
  if (q) {
    found = found.where((eb) =>
      eb.or([
        eb('disbursement.case_number', 'like', `%${literal(q.toUpperCase())}%`),
        eb('disbursement.payee_name', 'like', `%${literal(q)}%`),
        eb('union.name', 'like', `${literal(q)}%`),
      ]),
    );
  }
  if (under) {
    found = found.where((eb) => {
      const path = eb.selectFrom('union as top').select('top.path').where('top.id', '=', under);
      return eb.and([
        sql<boolean>`${eb.ref('disbursement.union_path')} >= (${path})`,
        sql<boolean>`${eb.ref('disbursement.union_path')} < (${path}) || '/'`,
      ]);
    });
  }
  return found;
}

const sorts = {
  since: 'disbursement.approved_at',
  payeeName: 'disbursement.payee_name',
  union: 'union.path',
  amount: 'disbursement.amount_fen',
} as const;

const columns = [
  'disbursement.id',
  'disbursement.case_id as caseId',
  'disbursement.case_number as caseNumber',
  'disbursement.member_id as memberId',
  'disbursement.payee_name as payeeName',
  'disbursement.union_id as unionId',
  'disbursement.union_path as unionPath',
  'union.name as unionName',
  'disbursement.amount_fen as amountFen',
  'disbursement.approved_at as approvedAt',
  'member.phone_masked as phoneMasked',
  'member.employer_name as employerName',
  sql<string>`catalogue_item.definition ->> 'title'`.as('itemTitle'),
  sql<string | null>`catalogue_item.definition ->> 'titleEn'`.as('itemTitleEn'),
] as const;

async function pageOfVisits(ctx: Ctx, query: Query & { page: number; pageSize: number }) {
  const { column, descending } = sortOf(sorts, query.sort);
  return due(ctx, query)
    .innerJoin('member', 'member.id', 'disbursement.member_id')
    .innerJoin('case', 'case.id', 'disbursement.case_id')
    .innerJoin('catalogue_item', (join) =>
      join
        .onRef('catalogue_item.code', '=', 'case.item_code')
        .onRef('catalogue_item.version', '=', 'case.item_version'),
    )
    .select(columns)
    .orderBy(column ?? sorts.since, descending ? 'desc' : 'asc')
    .orderBy('disbursement.id')
    .limit(query.pageSize)
    .offset((query.page - 1) * query.pageSize)
    .execute();
}

type Found = Awaited<ReturnType<typeof pageOfVisits>>[number];

function describe(ctx: Ctx, found: Found, involved: ReadonlySet<string>): Visit {
  const { unionId, unionName, unionPath, approvedAt, memberId: _member, ...row } = found;
  const may = !involved.has(row.id) && holdsOver(ctx.actor, 'disbursements.visit', unionPath);
  return {
    ...row,
    union: { id: unionId, name: unionName },
    since: approvedAt.toISOString(),
    can: may ? ['visit'] : [],
  };
}

/** 待走访: who is to be visited, the longest waiting first. Contact data is masked; nobody's full number is needed here. */
export async function listVisits(
  ctx: Ctx,
  { query }: InputOf<Disbursements['listVisits']>,
): Promise<ReplyOf<Disbursements['listVisits']>> {
  const [rows, { total }] = await Promise.all([
    pageOfVisits(ctx, query),
    due(ctx, query)
      .select(sql<number>`count(*)`.as('total'))
      .executeTakeFirstOrThrow(),
  ]);
  const ids = rows.map(({ id }) => id);
  const involved = ctx.actor.kind === 'cadre' ? await involvedIn(ctx, ctx.actor, ids) : new Set<string>();
  const items = rows.map((row) => describe(ctx, row, involved));
  return { items, total, page: query.page, pageSize: query.pageSize };
}

/** More than one round of visits can ever use. */
const exportedAtMost = 5000;

/** The same list as a workbook to take along. Throws `export-too-large`. */
export async function exportVisits(
  ctx: Ctx,
  { query }: InputOf<Disbursements['exportVisits']>,
): Promise<RawResult> {
  const { reason, ...filters } = query;
  const rows = await pageOfVisits(ctx, { ...filters, page: 1, pageSize: exportedAtMost + 1 });
  if (rows.length > exportedAtMost)
    throw new DomainError('export-too-large', { count: rows.length, limit: exportedAtMost });
  const titles = ['姓名', '工会', '单位', '手机', '事项', '金额（元）', '申请编号', '批准日期'];
  return exportList(ctx, {
    subject: 'cases',
    kind: 'visits.exported',
    title: '待走访',
    columns: titles.map((title) => ({ title, width: 18 })),
    rows: rows.map((row) => [
      row.payeeName,
      row.unionName,
      row.employerName ?? '',
      row.phoneMasked ?? '',
      row.itemTitle,
      (row.amountFen / 100).toFixed(2),
      row.caseNumber,
      dayOf(row.approvedAt),
    ]),
    memberIds: rows.map((row) => row.memberId),
    reason,
    query: { view: 'visits', ...filters },
  });
}
