import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { roles } from '../../server/modules/accounts/roles.ts';
import { walkers, type Walker } from './people.ts';
import { made, routeNames, type RouteName } from './probe.ts';
import { probes } from './probes.ts';
import { ask, askStream, expected, specOf, type Answer, type Verdict } from './reach.ts';
import { comeToRest } from './rest.ts';
import { buildScene, type Scene, type Side } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await buildScene();
});
afterAll(() => scene?.t.close());

const denials: readonly string[] = [
  'session-missing',
  'permission-missing',
  'thing-not-found',
  'decision-not-mine',
] satisfies Verdict[];
const statusOf: Record<string, number> = {
  'session-missing': 401,
  'permission-missing': 403,
  'decision-not-mine': 403,
  'thing-not-found': 404,
};

const sideNames = ['near', 'far'] as const;
const tries = routeNames.flatMap((name) => sideNames.map((side) => ({ name, side })));

const askOne = (name: RouteName, walker: Walker, side: Side): Promise<Answer> => {
  const probe = probes[name];
  return (probe.stream ? askStream : ask)(scene, name, walker, probe.call(side, scene));
};

/**
 * A digest of every table but sessions, which move on when used. Taken at rest, so that what a job or the fold makes of
 * rows already written needs no exception.
 */
async function fingerprint(): Promise<Record<string, string>> {
  return scene.t.db(async (ctx) => {
    const tables = await sql<{ name: string }>`
      select tablename as name from pg_tables where schemaname = ${ctx.federation.schema}
        and tablename <> 'session' order by 1`.execute(ctx.db);
    const digests: Record<string, string> = {};
    for (const { name } of tables.rows) {
      const found = await sql<{ digest: string }>`
        select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as digest
        from ${sql.table(name)} t`.execute(ctx.db);
      digests[name] = found.rows[0]!.digest;
    }
    return digests;
  });
}

it('covers every route of the contract, and no other', () => {
  expect(Object.keys(probes).toSorted()).toEqual(routeNames.toSorted());
  expect(routeNames.length).toBeGreaterThan(80);
});

it('puts no two keys of one safe into one hand', () => {
  const apart = [
    ['cases.approve', 'disbursements.prepare'],
    ['cases.approve', 'disbursements.release'],
    ['cases.review', 'cases.approve'],
    ['disbursements.prepare', 'disbursements.release'],
    ['disbursements.fund', 'disbursements.release'],
    ['accounts.manage', 'members.open'],
    ['accounts.manage', 'cases.view'],
    ['accounts.manage', 'disbursements.view'],
    ['audit.view', 'accounts.manage'],
  ] as const;
  for (const [role, { permissions }] of Object.entries(roles)) {
    for (const [one, other] of apart)
      expect([role, permissions.includes(one) && permissions.includes(other)]).toEqual([role, false]);
  }
  expect(roles.leader!.permissions).toEqual(['dashboards.view']);
  const writing = /\.(manage|import|open|review|approve|fund|prepare|release|reconcile|visit|edit)$/;
  expect(roles.auditor!.permissions.filter((permission) => writing.test(permission))).toEqual([]);
});

it('denies everybody who should be denied, says which way, and changes nothing by it', async () => {
  await comeToRest(scene.t);
  const before = await fingerprint();
  // A floor: a digest of nothing never changes.
  expect(Object.keys(before).length).toBeGreaterThan(35);
  const wrong: string[] = [];
  let asked = 0;
  for (const { name, side } of tries) {
    const denied = walkers
      .map((walker) => ({ walker, verdict: expected(scene, scene[side], name, probes[name], walker) }))
      .filter(({ verdict }) => verdict !== 'allowed');
    const answers = await Promise.all(
      denied.map(async ({ walker, verdict }) => ({
        walker,
        verdict,
        answer: await askOne(name, walker, scene[side]),
      })),
    );
    asked += answers.length;
    for (const { walker, verdict, answer } of answers) {
      if (answer.code !== verdict || answer.status !== statusOf[verdict])
        wrong.push(`${name} ${side} as ${walker}: ${answer.status} ${answer.code}, not ${verdict}`);
    }
  }
  expect(wrong).toEqual([]);
  // A floor: a matrix that asks nothing denies nothing.
  expect(asked).toBeGreaterThan(2500);
  expect(await fingerprint()).toEqual(before);
});

it('lets one who may do each thing do it', async () => {
  const wrong: string[] = [];
  // In the order of the probes: what one makes the next may use.
  for (const name of Object.keys(probes) as RouteName[]) {
    if (name === 'accounts.signOut') continue;
    const { before, works } = probes[name];
    try {
      await before?.(scene);
    } catch (error) {
      wrong.push(`${name}: before: ${String(error)}`);
    }
    const answer = await askOne(name, works, scene.near);
    if (answer.status !== 200)
      wrong.push(`${name} as ${works}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  made.clear();
  expect(wrong).toEqual([]);
});

/** These end sessions, grants or second factors of the walkers: asked last, and of one side only. */
const ending: readonly RouteName[] = ['accounts.setStatus', 'accounts.removeGrant', 'accounts.beginTotp', 'accounts.confirmTotp', 'accounts.changePassword', 'accounts.signOut']; // prettier-ignore

it('lets in everybody who should be let in, whatever the state then says', async () => {
  const wrong: string[] = [];
  let asked = 0;
  const order = tries
    // What is about no single thing is the same for both sides; sign-ins cost a password's hash, and one is enough.
    .filter(({ name, side }) => side === 'near' || !['none', 'city'].includes(probes[name].lies))
    .filter(({ name, side }) => side === 'near' || !ending.includes(name))
    .filter(({ name }) => !specOf(name).public && name !== 'accounts.changePassword')
    .toSorted((a, b) => ending.indexOf(a.name) - ending.indexOf(b.name));
  for (const { name, side } of order) {
    let removed = false;
    for (const walker of walkers) {
      if (expected(scene, scene[side], name, probes[name], walker) !== 'allowed') continue;
      asked += 1;
      const answer = await askOne(name, walker, scene[side]);
      // What the walker before took away is gone for this one.
      if ((removed || probes[name].mayBeGone) && answer.code === 'thing-not-found') continue;
      removed ||= specOf(name).method === 'DELETE' && answer.status === 200;
      if (answer.status >= 500 || denials.includes(answer.code ?? ''))
        wrong.push(`${name} ${side} as ${walker}: ${answer.status} ${answer.code}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(asked).toBeGreaterThan(500);
});

it('ends a session when its owner signs out', async () => {
  expect((await ask(scene, 'accounts.signOut', 'newcomer' as Walker, {})).status).toBe(200);
  expect((await ask(scene, 'accounts.getSession', 'newcomer' as Walker, {})).code).toBe('session-expired');
});
