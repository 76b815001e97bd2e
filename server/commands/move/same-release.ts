import type pg from 'pg';
import { migrateAll } from '../../federations.ts';
import type { AppliedMigration } from '../../kernel/migrations.ts';
import { Refusal } from '../command.ts';

const appliedTo = async (client: pg.ClientBase, schema: string): Promise<AppliedMigration[]> =>
  (
    await client.query<AppliedMigration>(
      'select name, checksum from platform.migration where schema_name = $1 order by name',
      [schema],
    )
  ).rows;

function differing(
  here: readonly AppliedMigration[],
  there: readonly AppliedMigration[],
): string | undefined {
  const lines = (list: readonly AppliedMigration[]) =>
    list.map(({ name, checksum }) => `${name} ${checksum}`);
  const [one, other] = [lines(here), lines(there)];
  const odd = [...one.filter((line) => !other.includes(line)), ...other.filter((line) => !one.includes(line))][0]; // prettier-ignore
  return odd?.replace(/ \S+$/, '');
}

/**
 * Makes sure that both databases stand at the same migrations; one with nothing in it is brought there. Returns those of the
 * federation's schema. @throws Refusal naming a migration that only one side has
 */
export async function requireSameRelease(
  source: pg.Client,
  target: pg.Client,
  { schema, targetUrl, migrations }: { schema: string; targetUrl: string; migrations: string },
): Promise<AppliedMigration[]> {
  const there = await target.query<{ yes: boolean }>(
    `select to_regclass('platform.migration') is not null as yes`,
  );
  if (!there.rows[0]!.yes) await migrateAll(targetUrl, migrations, new Date());
  const own = await appliedTo(source, schema);
  const others = await target.query<{ schema: string }>(
    'select schema_name as schema from platform.federation',
  );
  const pairs: [readonly AppliedMigration[], string][] = [
    [await appliedTo(source, 'platform'), 'platform'],
    ...others.rows.map((other): [readonly AppliedMigration[], string] => [own, other.schema]),
  ];
  for (const [here, name] of pairs) {
    const odd = differing(here, await appliedTo(target, name));
    if (odd !== undefined)
      throw new Refusal(
        `两边的表结构不是同一版本（${name} 的迁移 ${odd} 只在一边），没有迁移。` +
          '请先用同一版本的程序把两边都升级（各启动一次服务），再迁移',
      );
  }
  return own;
}
