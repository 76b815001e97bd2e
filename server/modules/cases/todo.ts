import { sql } from 'kysely';
import type { Permission } from '@smart-union/contract';
import { pathsFor, personsOf } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { inRanges, rangesOf, type Db, type Range } from '../../kernel/db.ts';
import { statement } from '../../kernel/db/statement.ts';

/** Whose open tasks: what of them is not given there is none of. */
// A type, for a statement's values have no other names.
export type Whose = {
  /** Accounts a task may have been handed to: her own and her principals'. */
  assigned: string[];
  /** Members whose cases she may not decide: she herself, and those she is one with. */
  notOf: string[];
  /** Where she reviews, and where she approves. */
  reviewing: Range[] | undefined;
  approving: Range[] | undefined;
};

export function whoseOf({ actor }: Ctx): Whose {
  const cadre = actor.kind === 'cadre' ? actor : null;
  const ranges = (permission: Permission) => {
    const found = rangesOf(pathsFor(actor, permission));
    return found.length > 0 ? found : undefined;
  };
  return {
    assigned: cadre
      ? [cadre.accountId, ...cadre.grants.flatMap(({ lentBy }) => lentBy?.accountId ?? [])]
      : [],
    notOf: cadre ? personsOf(cadre).memberIds : [],
    reviewing: ranges('cases.review'),
    approving: ranges('cases.approve'),
  };
}

/**
 * Cases with an open task this cadre may take, by permission over the deciding union or handed to her or her principal, and
 * the day the first of them is due: (case_id, due_on). Never her own case. The ways are apart, so that each is read from its
 * index alone.
 */
export function openCases(db: Db, { assigned, notOf, reviewing, approving }: Whose) {
  const open = () =>
    db
      .selectFrom('task')
      .select(['task.case_id', 'task.due_on'])
      .where('task.closed_at', 'is', null)
      .where(sql<boolean>`task.member_id <> all (${notOf}::uuid[])`);
  const among = (permission: Permission, ranges: readonly Range[]) =>
    open()
      .where('task.assigned_account_id', 'is', null)
      .where('task.permission', '=', sql.lit(permission))
      .where(inRanges<'task'>('task.union_path', ranges));
  let tasks = open().where(sql<boolean>`task.assigned_account_id = any (${assigned}::uuid[])`);
  if (reviewing) tasks = tasks.unionAll(among('cases.review', reviewing));
  if (approving) tasks = tasks.unionAll(among('cases.approve', approving));
  return db
    .selectFrom(tasks.as('mine'))
    .select((eb) => ['mine.case_id', eb.fn.min('mine.due_on').as('due_on')])
    .groupBy('mine.case_id');
}

/** One page of them by the day they are due (shape: `asc` or `desc`), each with the number of all. */
export const todoPage = statement(
  (db, { limit, offset, ...whose }: Whose & { limit: number; offset: number }, shape) => {
    const direction = shape === 'desc' ? 'desc' : 'asc';
    const page = db
      .selectFrom(openCases(db, whose).as('open'))
      .select((eb) => ['open.case_id', 'open.due_on', eb.fn.countAll<number>().over().as('total')])
      .orderBy('open.due_on', direction)
      .orderBy('open.case_id')
      .limit(sql<number>`${limit}`)
      .offset(sql<number>`${offset}`);
    return db
      .selectFrom(page.as('page'))
      .innerJoin('case', 'case.id', 'page.case_id')
      .innerJoin('union', 'union.id', 'case.union_id')
      .leftJoin('task', (join) =>
        join
          .onRef('task.case_id', '=', 'case.id')
          .on('task.closed_at', 'is', null)
          .on('task.assigned_account_id', 'is', null),
      )
      .select(listedColumns)
      .select('page.total')
      .orderBy('page.due_on', direction)
      .orderBy('case.id');
  },
);

/** What a row of a list of cases shows. */
export const listedColumns = [
  'case.id',
  'case.number',
  'case.item_code',
  'case.item_version',
  'case.applicant_name',
  'case.union_id',
  'union.name as union_name',
  'case.status',
  'case.stage',
  'case.amount_fen',
  'case.submitted_at',
  'case.due_on',
  'case.escalated',
  'task.permission',
  'task.union_path as office_path',
] as const;

/** How many there are, due on `today`, and due before it. */
export const countTodo = statement((db, { today, ...whose }: Whose & { today: string }) =>
  db
    .selectFrom(openCases(db, whose).as('open'))
    .select((eb) => [
      eb.fn.countAll<number>().as('todo'),
      eb.fn.countAll<number>().filterWhere('open.due_on', '=', today).as('due'),
      eb.fn.countAll<number>().filterWhere('open.due_on', '<', today).as('overdue'),
    ]),
);
