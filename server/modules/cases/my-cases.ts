import { sql } from 'kysely';
import { dateEn, findStage, type ItemDefinition } from '@smart-union/catalogue-kit';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { together, type Ctx } from '../../kernel/context.ts';
import { statement } from '../../kernel/db/statement.ts';
import { DomainError } from '../../kernel/errors.ts';
import { findOwnFiles, type FileDescription } from '../../kernel/files.ts';
import { filedCase } from './advance.ts';
import { maskedAnswers, wholeAnswers } from './answers.ts';
import { columns, type CaseRecord } from './case-record.ts';
import { getItemVersion } from './catalogue-items.ts';
import { dayZh } from './messages.ts';
import { followUpOf, paymentsOf, timelineOf } from './timeline.ts';

type Cases = typeof contract.cases;
type MyRow = ReplyOf<Cases['listMine']>['items'][number];

const memberOf = (ctx: Ctx) => {
  if (ctx.actor.kind !== 'member') throw new DomainError('permission-missing');
  return ctx.actor.memberId;
};

const payment: Record<string, [string, string]> = {
  ready: ['已批准，等待区总工会付款', 'Approved, waiting for payment'],
  batched: ['已批准，付款办理中', 'Approved, payment being prepared'],
  sent: ['已送银行，等待到账', 'With the bank'],
  paid: ['已到账', 'Paid'],
  failed: ['银行没能付款，请更换银行卡', 'The bank could not pay; please give another card'],
  exception: ['银行回执有疑问，正在核实', 'Being checked with the bank'],
  'visit-due': ['已批准，工会将上门慰问', 'Approved, the union will visit you'],
};

/** Where it stands in one line, in words and by office; never which cadre. */
function whereOf(
  { status }: CaseRecord,
  office: string | null,
  dueOn: string | null,
  paymentStatus: string | null,
): [string, string] {
  const paid = paymentStatus ? payment[paymentStatus] : undefined;
  if ((status === 'approved' || status === 'closed') && paid) return paid;
  switch (status) {
    case 'draft':
      return ['还没有提交', 'Not sent yet'];
    case 'submitted':
    case 'in_review':
      return [
        `${office ?? '工会'}办理中${dueOn ? `，预计 ${dayZh(dueOn)} 前` : ''}`,
        `With ${office ?? 'the union'}${dueOn ? `, by ${dateEn(dueOn)}` : ''}`,
      ];
    case 'returned':
      return ['被退回，请修改后重新提交', 'Returned to you: please correct it'];
    case 'approved':
      return ['已批准', 'Approved'];
    case 'declined':
      return ['没有通过', 'Declined'];
    case 'withdrawn':
      return ['您已撤回', 'Withdrawn'];
    case 'closed':
      return ['已办结', 'Closed'];
  }
}

function canOf({ status }: CaseRecord, paymentStatus: string | null): string[] {
  if (status === 'draft' || status === 'returned') return ['edit', 'submit', 'withdraw'];
  if (status === 'in_review' || status === 'submitted') return ['withdraw'];
  return paymentStatus === 'failed' ? ['correct-card'] : [];
}

interface Desk {
  case_id: string;
  stage: string;
  due_on: string | null;
  office: string;
}

function rowOf(
  record: CaseRecord,
  definition: ItemDefinition,
  desk: Desk | undefined,
  paymentStatus: string | null,
): MyRow {
  const [where, whereEn] = whereOf(record, desk?.office ?? null, desk?.due_on ?? null, paymentStatus);
  return {
    id: record.id,
    number: record.number,
    itemCode: record.itemCode,
    itemTitle: definition.title,
    itemTitleEn: definition.titleEn ?? null,
    status: record.status,
    where,
    whereEn,
    amountFen: record.amountFen,
    submittedAt: record.submittedAt?.toISOString() ?? null,
    expectedOn: record.status === 'in_review' ? record.promisedOn : null,
    paymentStatus,
    can: canOf(record, paymentStatus),
  };
}

/** Where the member's cases lie now, of all or of one. */
const desksOf = statement((db, { memberId, id }: { memberId: string; id: string | undefined }) => {
  const mine = db.selectFrom('case').select('case.id').where('case.member_id', '=', memberId);
  return db
    .selectFrom('task')
    .innerJoin('union', 'union.id', 'task.union_id')
    .select(['task.case_id', 'task.stage', 'task.due_on', 'union.name as office'])
    .where('task.case_id', 'in', id === undefined ? mine : mine.where('case.id', '=', id))
    .where('task.closed_at', 'is', null);
});

const casesOf = statement((db, { memberId }: { memberId: string }) =>
  db
    .selectFrom('case')
    .select(columns)
    .where('member_id', '=', memberId)
    .where((eb) => eb.or([eb('status', '!=', sql.lit('withdrawn')), eb('number', 'is not', null)]))
    .orderBy('opened_at', 'desc')
    .limit(200),
);

/** My applications, newest first; a thrown-away draft is not an application. */
export async function listMyCases(ctx: Ctx): Promise<ReplyOf<Cases['listMine']>> {
  const memberId = memberOf(ctx);
  const [records, desks, payments] = await together([
    casesOf(ctx, { memberId }) as Promise<CaseRecord[]>,
    desksOf(ctx, { memberId, id: undefined }),
    paymentsOf(ctx, memberId),
  ]);
  const deskOf = new Map(desks.map((desk) => [desk.case_id, desk]));
  const items = await Promise.all(
    records.map(async (record) => {
      const { definition } = await getItemVersion(ctx, record.itemCode, record.itemVersion);
      return rowOf(record, definition, deskOf.get(record.id), payments.get(record.id) ?? null);
    }),
  );
  return { items };
}

/** One of my applications with form, answers (sealed ones masked) and timeline. */
export async function getMyCase(ctx: Ctx, id: string): Promise<ReplyOf<Cases['getMine']>> {
  const record = (await ctx.db
    .selectFrom('case')
    .select([...columns, 'returned_note'])
    .where('id', '=', id)
    .where('member_id', '=', memberOf(ctx))
    .executeTakeFirst()) as (CaseRecord & { returned_note: string | null }) | undefined;
  if (!record) throw new DomainError('thing-not-found');
  const [[desk], files, { definition }] = await together([
    desksOf(ctx, { memberId: record.memberId, id }),
    filesOf(ctx, record),
    getItemVersion(ctx, record.itemCode, record.itemVersion),
  ]);
  const filed = filedCase(record, definition, wholeAnswers(ctx, record));
  const followUp = await followUpOf(ctx, filed);
  const hours =
    filed.submittedAt && followUp.paidAt
      ? (followUp.paidAt.getTime() - filed.submittedAt.getTime()) / 3_600_000
      : null;
  return {
    ...rowOf(record, definition, desk, followUp.paymentStatus),
    version: filed.version,
    definition: filed.definition as unknown as Record<string, unknown>,
    answers: maskedAnswers(filed.definition, filed.answers as never),
    files,
    returnedNote: record.returned_note,
    returnedStage: filed.returnedStage
      ? (findStage(filed.definition.route, filed.returnedStage)?.title ?? null)
      : null,
    timeline: await timelineOf(ctx, filed, followUp),
    promiseWorkingDays: filed.definition.promise.workingDays,
    promisedOn: filed.promisedOn,
    actualHours: hours === null ? null : Math.round(hours * 10) / 10,
  };
}

/** The files her answers name, by field; in a draft they belong to no case yet. */
async function filesOf(
  ctx: Ctx,
  record: Pick<CaseRecord, 'plainAnswers'>,
): Promise<Record<string, FileDescription[]>> {
  const lists = Object.entries(record.plainAnswers).filter((entry): entry is [string, string[]] =>
    Array.isArray(entry[1]),
  );
  return Object.fromEntries(
    await Promise.all(lists.map(async ([field, ids]) => [field, await findOwnFiles(ctx, ids)] as const)),
  );
}

export const getMine = (ctx: Ctx, { params }: InputOf<Cases['getMine']>) => getMyCase(ctx, params.id);
