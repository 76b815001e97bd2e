import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compose } from '../compose.ts';
import { createFederation, dropFederation } from '../federations.ts';
import { listFederations } from '../kernel/app.ts';
import { inSystemContext, type Platform } from '../kernel/context.ts';
import { openAccount } from '../modules/accounts/index.ts';
import { firstPassword } from '../modules/accounts/passwords.ts';
import { foldOnce } from '../modules/dashboards/index.ts';
import { openFund } from '../modules/disbursements/index.ts';
import { importMembersFile } from '../modules/members/index.ts';
import { importUnionsFile } from '../modules/unions/index.ts';
import { driverOf, endSessions } from './driver.ts';
import { fileClaim, fundCode, type Past } from './past-claims.ts';
import { addDemoPeople, backdateGrants } from './people.ts';
import { writePast } from './write-past.ts';

export interface DemoParts {
  /** Folder db/migrations. */
  migrations: string;
  /** The project's folder. */
  root: string;
}

const code = 'hailing';
const claimsOfThePast = 90;

/** Progress on one line of a terminal; line by line elsewhere. */
function tell(text: string): void {
  process.stdout.write(`  ${text}\n`);
}

/**
 * Fills an empty platform with the demo federation: the district's real-shaped rosters, people to sign in as, a fund,
 * and a year of claims made through the real routes. Does nothing when there is a federation already; a load that was
 * cut off has left its mark and is begun anew.
 */
export async function loadDemo(platform: Platform, { migrations, root }: DemoParts): Promise<void> {
  const cutOff = join(platform.config.dataDir, 'demo-unfinished');
  if ((await listFederations(platform)).length > 0 && !existsSync(cutOff)) return;
  await mkdir(platform.config.dataDir, { recursive: true });
  await writeFile(cutOff, '');
  await dropFederation(platform.database.ownerUrl, code);
  tell('首次启动：正在载入演示数据（约一分钟）……');
  const now = platform.clock.now();
  const rosters = join(root, 'tests/data/roster-hailing');
  const federation = await createFederation(platform, migrations, {
    code: 'hailing',
    name: '泰州市海陵区总工会',
  });
  const people = await inSystemContext(platform, federation, '演示数据', async (ctx) => {
    const unions = await importUnionsFile(ctx, join(rosters, 'unions.xlsx'));
    tell(`工会名录：${unions.run.counts.added} 个工会`);
    const members = await importMembersFile(ctx, join(rosters, 'members.xlsx'));
    const { accept, warn, reject } = members.run.counts;
    tell(`会员花名册：接受 ${accept}，有提示 ${warn}，退回 ${reject}`);
    const found = await addDemoPeople(ctx, root);
    await openFund(ctx, { code: fundCode, name: '职工普惠慰问资金', unionId: found.unions.district.id });
    return found;
  });
  const reviewer = await inSystemContext(platform, federation, '演示数据', async (ctx) => {
    const id = await openAccount(ctx, {
      username: 'past-reviews',
      name: '往年初审',
      role: 'unit-chair',
      unionId: people.unions.district.id,
      password: firstPassword(),
    });
    await backdateGrants(ctx);
    return id;
  });
  await writeHistory(platform, federation, people, reviewer, root, now);
  await inSystemContext(platform, federation, '演示数据', async (ctx) => {
    await ctx.db.updateTable('account').set({ status: 'closed' }).where('id', '=', reviewer).execute();
  });
  await foldOnce(platform, federation);
  await rm(cutOff);
}

type Args = [Platform, Past['federation'], Past['people'], string, string, Date];

async function writeHistory(...[platform, federation, people, reviewer, root, now]: Args): Promise<void> {
  let at = new Date(`${now.getUTCFullYear()}-01-02T02:00:00Z`);
  const config = { ...platform.config, rateLimit: 0, logLevel: 'error' as const };
  const server = await compose({
    config,
    databaseUrl: platform.database.ownerUrl,
    root,
    clock: { now: () => at },
  });
  try {
    const past: Past = {
      server,
      federation,
      driver: driverOf(server, federation),
      people,
      setNow: (next) => (at = next),
    };
    const treasurer = past.driver.as({ accountId: people.accounts.jiang! });
    const fund = (await treasurer.disbursements.listFunds()).items[0]!;
    await treasurer.disbursements.deposit({
      params: { id: fund.id },
      body: { amountFen: 20_000_000, note: '年初区级预算拨入' },
    });
    await writePast(past, reviewer, claimsOfThePast, now, (done) =>
      tell(`历史申请：${done}/${claimsOfThePast}`),
    );
    // One claim waits for the demo chair.
    await fileClaim(past, people.members.sun, new Date(now.getTime() - 3 * 3_600_000), 401);
    at = now;
    await endSessions(server, federation);
  } finally {
    await server.close();
  }
}
