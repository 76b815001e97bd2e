import { dateEn } from '@smart-union/catalogue-kit';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { sql } from 'kysely';
import type { CadreActor } from '../../kernel/access.ts';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { notify } from '../notifications/index.ts';
import { grantsOf } from './describe-session.ts';
import { decidesCases } from './roles.ts';

type Accounts = typeof contract.accounts;
type Deputyship = ReplyOf<Accounts['appointDeputy']>;
type Colleague = Deputyship['deputy'];

/** An absence longer than a year is a change of office: that is a grant's business. */
const longestDays = 366;
const listed = 50;

export function cadreOf(ctx: Ctx): CadreActor {
  if (ctx.actor.kind !== 'cadre') throw new DomainError('permission-missing');
  return ctx.actor;
}

const fault = (field: string, reason: string, reasonEn: string) =>
  new DomainError('input-invalid', {}, [{ field, reason, reasonEn }]);

const dayZh = (day: string) => {
  const [, month, date] = day.split('-');
  return `${Number(month)}月${Number(date)}日`;
};
const spanZh = (row: { from: string; until: string }) =>
  row.from === row.until ? dayZh(row.from) : `${dayZh(row.from)}至${dayZh(row.until)}`;

/** Unions at which this cadre decides cases herself, and the paths of their superiors. */
const ownGrants = ({ grants }: CadreActor) =>
  grants.filter((grant) => !grant.lentBy && decidesCases(grant.role));

/** Active colleagues with a grant in force at one of my unions or the one directly above. */
async function candidates(ctx: Ctx, actor: CadreActor): Promise<Colleague[]> {
  const mine = ownGrants(actor).map((grant) => grant.unionPath);
  const paths = mine.flatMap((path) => [path, path.split('.').slice(0, -1).join('.')]).filter(Boolean);
  const rows = await ctx.db
    .selectFrom('account')
    .innerJoin('grant', 'grant.account_id', 'account.id')
    .innerJoin('union', 'union.id', 'grant.union_id')
    .select(['account.id as accountId', 'account.name', 'union.name as office'])
    .distinctOn('account.id')
    .where('account.status', '=', 'active')
    .where('account.id', '!=', actor.accountId)
    // Two accounts of one person are one person: nobody stands in for herself.
    .where((eb) =>
      eb.or([
        eb('account.person_index', 'is', null),
        sql<boolean>`account.person_index is distinct from ${actor.personIndex}::bytea`,
      ]),
    )
    .where((eb) => eb('grant.union_path', '=', eb.fn.any(eb.val(paths))))
    .where('grant.revoked_at', 'is', null)
    .where('grant.from_on', '<=', ctx.today)
    .where((eb) => eb.or([eb('grant.until_on', 'is', null), eb('grant.until_on', '>=', ctx.today)]))
    .orderBy('account.id')
    .orderBy('grant.granted_at')
    .execute();
  return rows.toSorted((one, other) => one.name.localeCompare(other.name, 'zh-CN'));
}

export async function listDeputyCandidates(
  ctx: Ctx,
  { query }: InputOf<Accounts['deputyCandidates']>,
): Promise<ReplyOf<Accounts['deputyCandidates']>> {
  const found = await candidates(ctx, cadreOf(ctx));
  return { items: found.filter(({ name }) => name.startsWith(query.q ?? '')).slice(0, listed) };
}

async function deputyships(ctx: Ctx, actor: CadreActor): Promise<Deputyship[]> {
  const rows = await ctx.db
    .selectFrom('deputy')
    .innerJoin('account as principal', 'principal.id', 'deputy.account_id')
    .innerJoin('account as acting', 'acting.id', 'deputy.deputy_account_id')
    .select([
      'deputy.id',
      'deputy.account_id',
      'deputy.deputy_account_id',
      'deputy.from_on as from',
      'deputy.until_on as until',
      'deputy.note',
      'deputy.revoked_at',
      'principal.name as principal_name',
      'acting.name as acting_name',
    ])
    .where((eb) =>
      eb.or([
        eb('deputy.account_id', '=', actor.accountId),
        eb('deputy.deputy_account_id', '=', actor.accountId),
      ]),
    )
    .orderBy('deputy.from_on', 'desc')
    .orderBy('deputy.created_at', 'desc')
    .limit(listed)
    .execute();
  const ids = rows.flatMap((row) => [row.account_id, row.deputy_account_id]);
  const grants = await grantsOf(ctx, [...new Set(ids)]);
  const officeOf = (id: string) => grants.find((grant) => grant.accountId === id)?.union.name ?? '';
  return rows.map((row) => {
    const ended = row.revoked_at !== null || row.until < ctx.today;
    return {
      id: row.id,
      principal: {
        accountId: row.account_id,
        name: row.principal_name,
        office: officeOf(row.account_id),
      },
      deputy: {
        accountId: row.deputy_account_id,
        name: row.acting_name,
        office: officeOf(row.deputy_account_id),
      },
      from: row.from,
      until: row.until,
      note: row.note ?? '',
      status: ended ? 'ended' : row.from > ctx.today ? 'planned' : 'in-force',
      mine: row.account_id === actor.accountId,
      can: ended ? [] : ['revoke'],
    };
  });
}

export async function listDeputies(ctx: Ctx): Promise<ReplyOf<Accounts['listDeputies']>> {
  const actor = cadreOf(ctx);
  return { items: await deputyships(ctx, actor), mayAppoint: ownGrants(actor).length > 0 };
}

/** Does the account give its work to a deputy on any of these days? */
async function isAway(ctx: Ctx, accountId: string, from: string, until: string): Promise<boolean> {
  const found = await ctx.db
    .selectFrom('deputy')
    .select('id')
    .where('account_id', '=', accountId)
    .where('revoked_at', 'is', null)
    .where('from_on', '<=', until)
    .where('until_on', '>=', from)
    .executeTakeFirst();
  return found !== undefined;
}

/**
 * Lets a colleague of the same union or the one above decide cases for me. One deputy at a time, and not one who is
 * away herself: then nobody would decide.
 */
export async function appointDeputy(
  ctx: Ctx,
  { body }: InputOf<Accounts['appointDeputy']>,
): Promise<Deputyship> {
  const actor = cadreOf(ctx);
  const { accountId, from, until, note } = body;
  const [grant] = ownGrants(actor);
  if (!grant)
    throw fault(
      'accountId',
      '您的职责不审批申请，不需要委托代办',
      'Your role decides no cases and needs no deputy',
    );
  if (from < ctx.today) throw fault('from', '开始日期不能早于今天', 'The first day cannot be before today');
  if (until < from)
    throw fault('until', '结束日期不能早于开始日期', 'The last day cannot be before the first');
  if (Date.parse(until) - Date.parse(from) > longestDays * 86_400_000)
    throw fault(
      'until',
      '代办最长一年，更长的请由管理员调整职责',
      'A deputy acts for a year at most; for longer, ask an administrator to change the roles',
    );
  // Both accounts, in one order: of two appointments at once the second sees the first.
  await ctx.db
    .selectFrom('account')
    .select('id')
    .where('id', 'in', [actor.accountId, accountId])
    .orderBy('id')
    .forUpdate()
    .execute();
  const deputy = (await candidates(ctx, actor)).find((one) => one.accountId === accountId);
  if (!deputy)
    throw fault(
      'accountId',
      '请选择本工会或上一级工会的在职同事',
      'Please choose a colleague of your union or of the one above',
    );
  if (await isAway(ctx, actor.accountId, from, until))
    throw fault(
      'from',
      '这段时间您已委托了代办人，请先结束原来的代办',
      'You have a deputy in these days; please end that first',
    );
  if (await isAway(ctx, accountId, from, until))
    throw fault(
      'accountId',
      `${deputy.name}这段时间也委托了别人代办，请另选同事`,
      `${deputy.name} is away too in these days; please choose another colleague`,
    );
  const id = ctx.id();
  await ctx.db
    .insertInto('deputy')
    .values({
      id,
      account_id: actor.accountId,
      deputy_account_id: accountId,
      from_on: from,
      until_on: until,
      note,
      created_at: ctx.now,
    })
    .execute();
  await record(ctx, {
    kind: 'deputy.appointed',
    subject: 'account',
    subjectId: actor.accountId,
    unionPath: grant.unionPath,
    data: { deputy: deputy.name, from, until, note },
  });
  await Promise.all([
    notify(ctx, {
      to: { accountId },
      title: `请您代${actor.name}审批申请`,
      text: `${spanZh(body)}，${actor.name}（${actor.office}）的审批由您代办：${note}。这几天待办里会出现由您代办的申请，审批记录写明「代 ${actor.name}」。`,
      titleEn: `Please decide cases for ${actor.name}`,
      textEn: `From ${dateEn(from)} to ${dateEn(until)} you decide for ${actor.name} (${actor.office}): ${note}. Those cases stand in your worklist, and the record says on whose behalf you decided.`,
      caseId: null,
    }),
    notify(ctx, {
      to: { accountId: actor.accountId },
      title: `已委托${deputy.name}代办审批`,
      text: `${spanZh(body)}，您的审批由${deputy.name}（${deputy.office}）代办。可随时在「我的账号」里结束。`,
      titleEn: `${deputy.name} decides for you`,
      textEn: `From ${dateEn(from)} to ${dateEn(until)} ${deputy.name} (${deputy.office}) decides your cases. You may end this at any time in “My account”.`,
      caseId: null,
    }),
  ]);
  return (await deputyships(ctx, actor)).find((one) => one.id === id)!;
}
