import { sql } from 'kysely';
import type { contract, InputOf, Permission, ReplyOf } from '@smart-union/contract';
import { checkIdNumber } from '@smart-union/catalogue-kit/checks/id-number.ts';
import { findStage } from '@smart-union/catalogue-kit';
import { isWithin, pathsFor } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { getItemVersion } from './catalogue-items.ts';
import { countTodo, listedColumns, openCases, todoPage, whoseOf } from './todo.ts';

type Cases = typeof contract.cases;
export type CaseRow = ReplyOf<Cases['list']>['items'][number];
type Query = Omit<InputOf<Cases['list']>['query'], 'page' | 'pageSize'>;

/** Every submitted case with its open task, if it has one. */
const submittedCases = (ctx: Ctx) =>
  ctx.db
    .selectFrom('case')
    .leftJoin('task', (join) =>
      join
        .onRef('task.case_id', '=', 'case.id')
        .on('task.closed_at', 'is', null)
        .on('task.assigned_account_id', 'is', null),
    )
    .where('case.status', '!=', 'draft')
    .where('case.submitted_at', 'is not', null);

type Found = ReturnType<typeof submittedCases>;

/** The cases of a view, with the filters of the list, before sorting and paging. */
export function casesOf(ctx: Ctx, query: Query): Found {
  const { actor } = ctx;
  let found = submittedCases(ctx);
  if (query.view === 'todo') {
    found = found.where((eb) =>
      eb(
        'case.id',
        'in',
        ctx.db.selectFrom(openCases(ctx.db, whoseOf(ctx)).as('open')).select('open.case_id'),
      ),
    );
  } else {
    found = found.where(within('case.union_path', ctx.scope.paths) as never);
  }
  if (query.view === 'returned') found = found.where('case.status', '=', 'returned');
  if (query.view === 'decided' && actor.kind === 'cadre') {
    const { accountId } = actor;
    found = found.where((eb) =>
      eb(
        'case.id',
        'in',
        eb
          .selectFrom('decision')
          .select('decision.case_id')
          .where((by) =>
            by.or([by('decision.account_id', '=', accountId), by('decision.for_account_id', '=', accountId)]),
          ),
      ),
    );
  }
  if (query.status) found = found.where('case.status', '=', query.status);
  if (query.itemCode) found = found.where('case.item_code', '=', query.itemCode);
  if (query.overdue) found = found.where('case.due_on', '<', ctx.today);
  if (query.under) {
    const under = query.under;
    found = found.where((eb) => {
      const path = eb.selectFrom('union').select('union.path').where('union.id', '=', under);
      return eb.and([
        sql<boolean>`${eb.ref('case.union_path')} >= (${path})`,
        sql<boolean>`${eb.ref('case.union_path')} < (${path}) || '/'`,
      ]);
    });
  }
  return query.q ? searched(ctx, found, query.q) : found;
}

/** A case number, a full ID number (by its blind index) or a name. */
function searched(ctx: Ctx, found: Found, q: string): Found {
  const idNumber = checkIdNumber(q);
  if (idNumber.ok) {
    const index = ctx.pii.blindIndex('id-number', idNumber.idNumber);
    return found.where(
      'case.member_id',
      'in',
      ctx.db.selectFrom('member').select('member.id').where('member.id_number_index', '=', index),
    );
  }
  if (/\d{3}/.test(q))
    return found.where('case.number', 'like', `%${q.toUpperCase().replace(/[%_\\]/g, '\\$&')}%`);
  return found.where('case.applicant_name', 'like', `%${q.replace(/[%_\\]/g, '\\$&')}%`);
}

const sorts = {
  dueOn: 'case.due_on',
  submittedAt: 'case.submitted_at',
  applicantName: 'case.applicant_name',
  number: 'case.number',
} as const;

/** A total beyond this is not counted out: nobody pages that far, and counting would cost more than the page. */
const countedTo = 10_000;

export async function listCases(
  ctx: Ctx,
  { query }: InputOf<Cases['list']>,
): Promise<ReplyOf<Cases['list']>> {
  const byDefault = query.view === 'todo' ? 'dueOn' : '-submittedAt';
  const wanted = Object.hasOwn(sorts, (query.sort ?? '').replace(/^-/, '')) ? query.sort! : byDefault;
  const narrowed = query.status || query.itemCode || query.overdue || query.under || query.q;
  const { rows, total } =
    query.view === 'todo' && wanted.endsWith('dueOn') && !narrowed
      ? await pageOfTodo(ctx, query, wanted)
      : await pageOfCases(ctx, query, wanted);
  const items = await Promise.all(rows.map((row) => describe(ctx, row)));
  return { items, total, page: query.page, pageSize: query.pageSize };
}

type Paged = InputOf<Cases['list']>['query'];

/** The worklist as it opens, from the tasks alone but for the rows shown. */
async function pageOfTodo(ctx: Ctx, { page, pageSize }: Paged, sort: string) {
  const direction = sort.startsWith('-') ? 'desc' : 'asc';
  const whose = whoseOf(ctx);
  const rows = await todoPage(ctx, { limit: pageSize, offset: (page - 1) * pageSize, ...whose }, direction);
  // Behind the last page nothing tells how many there are.
  const [first] =
    rows.length > 0 || page === 1 ? rows : await todoPage(ctx, { limit: 1, offset: 0, ...whose }, direction);
  return { rows, total: Math.min(first?.total ?? 0, countedTo) };
}

async function pageOfCases(ctx: Ctx, query: Paged, sort: string) {
  const found = casesOf(ctx, query);
  const column = sorts[sort.replace(/^-/, '') as keyof typeof sorts];
  const direction = sort.startsWith('-') ? 'desc' : 'asc';
  const [counted, rows] = await Promise.all([
    ctx.db
      .selectFrom(found.select('case.id').limit(countedTo).as('counted'))
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow(),
    found
      .innerJoin('union', 'union.id', 'case.union_id')
      .select(listedColumns)
      .orderBy(column, direction)
      .orderBy('case.id')
      .limit(query.pageSize)
      .offset((query.page - 1) * query.pageSize)
      .execute(),
  ]);
  return { rows, total: Number(counted.total) };
}

interface ListedRow {
  id: string;
  number: string | null;
  item_code: string;
  item_version: number;
  applicant_name: string;
  union_id: string;
  union_name: string;
  status: string;
  stage: string | null;
  amount_fen: number | null;
  submitted_at: Date | null;
  due_on: string | null;
  escalated: boolean;
  permission: string | null;
  office_path: string | null;
}

async function describe(ctx: Ctx, row: ListedRow): Promise<CaseRow> {
  const { definition } = await getItemVersion(ctx, row.item_code, row.item_version);
  const stage = row.stage ? findStage(definition.route, row.stage) : null;
  const mine =
    row.permission !== null &&
    row.office_path !== null &&
    isWithin(row.office_path, pathsFor(ctx.actor, row.permission as Permission));
  return {
    id: row.id,
    number: row.number ?? '',
    itemCode: row.item_code,
    itemTitle: definition.title,
    itemTitleEn: definition.titleEn ?? null,
    applicantName: row.applicant_name,
    union: { id: row.union_id, name: row.union_name },
    status: row.status as CaseRow['status'],
    stage: row.stage,
    stageTitle: stage?.title ?? null,
    stageTitleEn: stage?.titleEn ?? null,
    amountFen: row.amount_fen,
    submittedAt: row.submitted_at?.toISOString() ?? null,
    dueOn: row.due_on,
    overdue: row.due_on !== null && row.due_on < ctx.today,
    escalated: row.escalated,
    can: mine ? ['decide'] : [],
  };
}

export async function countCases(ctx: Ctx): Promise<ReplyOf<Cases['counts']>> {
  const accountId = ctx.actor.kind === 'cadre' ? ctx.actor.accountId : null;
  const startOfToday = sql<Date>`(${ctx.today}::date)::timestamp at time zone 'Asia/Shanghai'`;
  const [[open], returned, decided] = await Promise.all([
    countTodo(ctx, { today: ctx.today, ...whoseOf(ctx) }),
    ctx.db
      .selectFrom('case')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('status', '=', 'returned')
      .where(within('case.union_path', ctx.scope.paths) as never)
      .executeTakeFirstOrThrow(),
    ctx.db
      .selectFrom('decision')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('account_id', '=', accountId)
      .where('at', '>=', startOfToday)
      .executeTakeFirstOrThrow(),
  ]);
  return {
    todo: Number(open!.todo),
    dueToday: Number(open!.due),
    overdue: Number(open!.overdue),
    returned: Number(returned.count),
    decidedToday: Number(decided.count),
  };
}
