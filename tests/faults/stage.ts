import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '@smart-union/api-client';
import { compose, type Server } from '../../server/compose.ts';
import { createFederation, migrateAll } from '../../server/federations.ts';
import { hashOf } from '../../server/kernel/auth.ts';
import { readConfig } from '../../server/kernel/config.ts';
import { inSystemContext, type Ctx, type Federation } from '../../server/kernel/context.ts';
import { reconcileRollups } from '../../server/modules/dashboards/index.ts';
import { openFund, type Fund } from '../../server/modules/disbursements/funds.ts';
import { migrations, root } from '../database/template.ts';
import { buildWorld, type CadreName, type MemberName, type World } from '../world/world.ts';

/** The keys of this process and of the killed one: what one has sealed the other must open. */
export const piiKeys = `1:${'3d'.repeat(32)}`;

/** The world on a database whose server will be killed: in this process, at the real clock, never killed itself. */
export interface Stage {
  server: Server;
  federation: Federation;
  world: World;
  fund: Fund;
  tokens: Record<Person, string>;
  db<T>(work: (ctx: Ctx) => Promise<T>): Promise<T>;
  /** Once is enough, twice does no harm. */
  close(): Promise<void>;
}

const cadres = ['siblingChair', 'approver', 'treasurer', 'payer', 'auditor', 'registrar'] as const;
const members = ['li'] as const;
export type Person = (typeof cadres)[number] | (typeof members)[number];

/** server/dist as `npm test` has built it by now; made here only when something changed since. */
export function buildServer(): void {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), 'server'], { cwd: root, stdio: 'ignore' });
}

export const temporaryFolder = () => mkdtemp(join(tmpdir(), 'smart-union-faults-'));
export const removeFolder = (folder: string) => rm(folder, { recursive: true, force: true });

export const freshName = () => `su_faults_${randomBytes(6).toString('hex')}`;

/** Fills an empty database with the fixture world, its fund and a session for each person of the play. */
export async function setStage(databaseUrl: string, dataDir: string): Promise<Stage> {
  await migrateAll(databaseUrl, migrations, new Date());
  const config = readConfig({
    DATA_DIR: dataDir,
    DEMO: '0',
    LOG_LEVEL: 'silent',
    RATE_LIMIT: '0',
    POOL_SIZE: '4',
    PII_KEYS: piiKeys,
  });
  const server = await compose({ config, databaseUrl, root });
  const federation = await createFederation(server.platform, migrations, {
    code: 'test',
    name: '泰州市总工会',
  });
  const db = <T>(work: (ctx: Ctx) => Promise<T>) =>
    inSystemContext(server.platform, federation, '测试', work);
  const world = await db(buildWorld);
  const fund = await db((ctx) =>
    openFund(ctx, { code: 'universal-benefit', name: '普惠服务资金', unionId: world.unions.hailing.id }),
  );
  const tokens = await db((ctx) => openSessions(ctx, world));
  // The world was written past the use cases, so its figures are counted once.
  await db((ctx) => reconcileRollups(ctx, { repair: true }));
  let closing: Promise<void> | null = null;
  const close = () => (closing ??= server.close());
  return { server, federation, world, fund, tokens, db, close };
}

async function openSessions(ctx: Ctx, world: World): Promise<Stage['tokens']> {
  const tokens: Partial<Stage['tokens']> = {};
  for (const name of cadres)
    tokens[name] = await openSession(ctx, {
      account_id: world.cadres[name as CadreName].id,
      member_id: null,
    });
  for (const name of members)
    tokens[name] = await openSession(ctx, {
      account_id: null,
      member_id: world.members[name as MemberName].id,
    });
  return tokens as Stage['tokens'];
}

/** A session row as the sign-in would write it. Gives the token. */
async function openSession(
  ctx: Ctx,
  of: { account_id: string; member_id: null } | { account_id: null; member_id: string },
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const until = new Date(ctx.now.getTime() + 3_600_000);
  const times = { created_at: ctx.now, seen_at: until, expires_at: until };
  const kind = of.account_id === null ? ('member' as const) : ('cadre' as const);
  await ctx.db
    .insertInto('session')
    .values({ token_hash: hashOf(token), kind, csrf_token: 'test', ...of, ...times })
    .execute();
  return token;
}

/** Repeats a request with the key it has until a server answers; a refusal is not an answer that repeating changes. */
export async function untilAnswered<T>(request: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      const passing = !(error instanceof ApiError) || error.status >= 500;
      if (!passing || attempt === 80) throw error;
      await sleep(250);
    }
  }
}
