import { sql } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';
import type { Alarm } from '../../kernel/pii/alarm.ts';
import { roles } from '../accounts/index.ts';
import { notify } from '../notifications/index.ts';

const auditing = Object.keys(roles).filter((role) => roles[role]!.permissions.includes('audit.view'));

/** Accounts that may read the audit log over a union: its own auditors and those of every union above it. */
export async function auditorsOver(ctx: Ctx, unionPath: string): Promise<string[]> {
  const found = await ctx.db
    .selectFrom('grant')
    .innerJoin('account', 'account.id', 'grant.account_id')
    .select('grant.account_id')
    .distinct()
    .where('grant.revoked_at', 'is', null)
    .where('grant.from_on', '<=', ctx.today)
    .where((eb) => eb.or([eb('grant.until_on', 'is', null), eb('grant.until_on', '>=', ctx.today)]))
    .where('account.status', '=', 'active')
    .where('grant.role', 'in', auditing)
    .where((eb) =>
      eb.or([
        eb('grant.union_path', '=', unionPath),
        sql<boolean>`${unionPath}::text like ${eb.ref('grant.union_path')} || '.%'`,
      ]),
    )
    .execute();
  return found.map(({ account_id }) => account_id);
}

/** Puts the alarm into the auditors' inboxes, in the transaction of the disclosure that caused it. */
export async function tellAuditors(ctx: Ctx, alarm: Alarm): Promise<void> {
  const { who, office, accountId, count, atLimit, unionPath } = alarm;
  const told = (await auditorsOver(ctx, unionPath)).filter((id) => id !== accountId);
  for (const id of told) {
    await notify(ctx, {
      to: { accountId: id },
      title: atLimit ? '敏感信息查看达到上限' : '敏感信息查看次数偏多',
      text:
        `${office} ${who} 一小时内查看了 ${count} 次证件、银行卡或病情等敏感信息` +
        `${atLimit ? '，已达上限，系统暂停其继续查看' : ''}。请在审计页核对用途；有疑问请先联系本人，再报负责人。`,
      titleEn: atLimit ? 'Limit of disclosures reached' : 'Many disclosures of sealed data',
      textEn:
        `${who} (${office}) opened sealed data ${count} times within an hour` +
        `${atLimit ? ' and is refused more for now' : ''}. Please check the reasons on the audit page.`,
      caseId: null,
    });
  }
}
