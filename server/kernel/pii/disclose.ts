import { sql } from 'kysely';
import { record } from '../audit.ts';
import { withScope, type Ctx } from '../context.ts';
import { wholeFederation } from '../db.ts';
import { DomainError } from '../errors.ts';
import { raiseAlarm } from './alarm.ts';
import { readPrivacySettings } from './settings.ts';

export interface Disclosure {
  member: { id: string; unionPath: string };
  /** Names of the fields as the member reads them: 身份证号 and “ID number”, 诊断 and “diagnosis”. */
  fields: readonly { title: string; titleEn: string }[];
  /** Why, in the cadre's words; the member reads it. */
  reason: string;
  caseId?: string;
  caseNumber?: string;
}

const reasonLength = { least: 2, most: 200 };

/** Looks at photos are written down too (see files/look), but are part of deciding and do not count. */
const counted = sql<boolean>`fields <> array['票据照片']`;

/**
 * A cadre is about to see sealed fields in full. Writes what the member will read in 谁看过我的信息 and the audit row, and
 * only then returns: call it before `unseal`; without the commit the values do not leave either. Auditors are told of
 * many within an hour. Throws `reason-missing`, and `disclosure-limit` after more still; see settings for how many.
 */
export async function disclose(ctx: Ctx, disclosure: Disclosure): Promise<void> {
  const { actor } = ctx;
  if (actor.kind !== 'cadre') throw new DomainError('permission-missing');
  const reason = disclosure.reason.trim();
  const length = [...reason].length;
  if (length < reasonLength.least || length > reasonLength.most) throw new DomainError('reason-missing');
  // One at a time per account, or twenty calls at once would all count nineteen.
  await ctx.db
    .selectFrom('account')
    .select('id')
    .where('id', '=', actor.accountId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  const hourAgo = new Date(ctx.now.getTime() - 3_600_000);
  // Counted over the federation: scopes of two routes must not give two allowances.
  const { count } = await withScope(ctx, wholeFederation, () =>
    ctx.db
      .selectFrom('access_event')
      .select(sql<number>`count(*)`.as('count'))
      .where('account_id', '=', actor.accountId)
      .where('at', '>', hourAgo)
      .where(counted)
      .executeTakeFirstOrThrow(),
  );
  const settings = await readPrivacySettings(ctx);
  const limit = settings['disclosures-per-hour'];
  if (count >= limit) throw new DomainError('disclosure-limit', { limit });
  const now = Number(count) + 1;
  if (now === settings['disclosures-alarm'] || now === limit)
    await alarm(ctx, disclosure, now, now === limit);
  await recordAccess(
    ctx,
    { ...disclosure, reason },
    { name: actor.name, office: actor.office, accountId: actor.accountId },
  );
}

async function alarm(ctx: Ctx, { member }: Disclosure, count: number, atLimit: boolean): Promise<void> {
  const { actor } = ctx;
  if (actor.kind !== 'cadre') return;
  const { accountId, name: who, office } = actor;
  await record(ctx, {
    kind: 'pii.alarmed',
    subject: 'account',
    subjectId: accountId,
    unionPath: member.unionPath,
    data: { count, atLimit },
  });
  await raiseAlarm(ctx, { who, office, accountId, count, atLimit, unionPath: member.unionPath });
}

interface Looker {
  accountId: string | null;
  name: string;
  office: string;
}

/**
 * Tells a member that her sealed fields were used, without asking or limiting, e.g. cards written into a bank file:
 * `by` is whoever did it.
 */
export async function recordAccess(ctx: Ctx, disclosure: Disclosure, by: Looker): Promise<void> {
  const { member, fields, reason, caseId = null, caseNumber = null } = disclosure;
  await ctx.db
    .insertInto('access_event')
    .values({
      id: ctx.id(),
      at: ctx.now,
      member_id: member.id,
      union_path: member.unionPath,
      account_id: by.accountId,
      who: by.name,
      office: by.office,
      fields: fields.map((field) => field.title),
      fields_en: fields.map((field) => field.titleEn),
      reason,
      case_id: caseId,
      case_number: caseNumber,
    })
    .execute();
  await record(ctx, {
    kind: 'pii.opened',
    subject: 'member',
    subjectId: member.id,
    unionPath: member.unionPath,
    data: { fields: fields.map((field) => field.title), caseId },
  });
}
