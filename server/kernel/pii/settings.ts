import type { Ctx } from '../context.ts';

/** Our own figures, not the law's: a federation sets its own from a day on (`npm run cli -- privacy set`). */
export const privacyDefaults = {
  /** Disclosures of sealed fields per cadre within an hour; the next is refused. */
  'disclosures-per-hour': 20,
  /** At this many within an hour the auditors are told. */
  'disclosures-alarm': 10,
  /** Exports of more rows than this need a second person's approval. */
  'export-rows': 1000,
} as const;

export type PrivacySetting = keyof typeof privacyDefaults;

/** The figures in force today. */
export async function readPrivacySettings(ctx: Ctx): Promise<Record<PrivacySetting, number>> {
  const rows = await ctx.db
    .selectFrom('privacy_setting')
    .distinctOn('name')
    .select(['name', 'value'])
    .where('from_on', '<=', ctx.today)
    .orderBy('name')
    .orderBy('from_on', 'desc')
    .orderBy('set_at', 'desc')
    .execute();
  return { ...privacyDefaults, ...Object.fromEntries(rows.map(({ name, value }) => [name, Number(value)])) };
}
