import { afterAll, beforeAll, expect, it } from 'vitest';
import { urlOf } from '@smart-union/api-client';
import { createFederation } from '../../server/federations.ts';
import { moveUnion } from '../../server/modules/unions/index.ts';
import { testApp, type PersonName } from '../database/test-app.ts';
import { migrations } from '../database/template.ts';
import { enterGrid, grid, standingOf } from './grid.ts';
import { routeNames, type RouteName } from './probe.ts';
import { probes } from './probes.ts';
import { ask, expectedOf, specOf } from './reach.ts';
import { buildScene, type Scene } from './scene.ts';

let scene: Scene;

beforeAll(async () => {
  scene = await buildScene();
  await enterGrid(scene.t);
});
afterAll(() => scene?.t.close());

/** Routes about one thing, whose place decides; those that write are asked only where they must refuse. */
const placed = routeNames.filter((name) => probes[name].lies !== 'none' && !probes[name].stream);

/** Asks every route for the near thing from everywhere, and says what came out otherwise than it must. */
async function walkGrid(names: readonly RouteName[]): Promise<{ wrong: string[]; verdicts: Set<string> }> {
  const wrong: string[] = [];
  const verdicts = new Set<string>();
  for (const name of names) {
    const probe = probes[name];
    const tries = grid
      .map((seat) => ({
        walker: seat.walker,
        verdict: expectedOf(scene, scene.near, name, probe, standingOf(scene, seat)),
      }))
      .filter(({ verdict }) => verdict !== 'allowed' || specOf(name).method === 'GET');
    const answers = await Promise.all(
      tries.map(async ({ walker, verdict }) => ({
        who: walker,
        verdict,
        answer: await ask(scene, name, walker, probe.call(scene.near, scene)),
      })),
    );
    for (const { who, verdict, answer } of answers) {
      verdicts.add(verdict);
      const got = answer.status === 200 ? 'allowed' : answer.code;
      if (got !== verdict) wrong.push(`${name} as ${who}: ${answer.status} ${answer.code}, not ${verdict}`);
    }
  }
  return { wrong, verdicts };
}

it('judges every role at every place by role and place alone', async () => {
  expect(grid.length).toBeGreaterThan(60);
  expect(placed.length).toBeGreaterThan(40);
  const { wrong, verdicts } = await walkGrid(placed);
  expect(wrong).toEqual([]);
  expect([...verdicts].toSorted()).toEqual(['allowed', 'decision-not-mine', 'permission-missing', 'thing-not-found']); // prettier-ignore
});

/** About the unit and what lies in it: reads by all, writes by those who may not. */
const ofUnit = placed.filter((name) => ['unit', 'evidence'].includes(probes[name].lies));

it('lets those above see a unit that was dissolved, and nobody more see or change it', async () => {
  await scene.t.db((ctx) =>
    ctx.db.updateTable('union').set({ status: 'dissolved' }).where('id', '=', scene.near.unionId).execute(),
  );
  expect((await walkGrid(ofUnit)).wrong).toEqual([]);
  await scene.t.db((ctx) =>
    ctx.db.updateTable('union').set({ status: 'active' }).where('id', '=', scene.near.unionId).execute(),
  );
});

it('goes with a unit that moved: its new superiors see it, those it left neither see nor change it', async () => {
  const { t, near } = scene;
  const { couriers, sanshui, hailing, jiangyan } = t.world.unions;
  const before = expectedOf(scene, near, 'members.get', probes['members.get'], standingOf(scene, { role: 'auditor', place: 'hailing' })); // prettier-ignore
  const moved = await t.db((ctx) => moveUnion(ctx, { unionId: couriers.id, superiorId: sanshui.id }));
  t.server.host.auth.forget();
  (couriers as { path: string }).path = moved.path;
  near.paths.unit = moved.path;
  const found = await walkGrid(ofUnit);
  expect(found.wrong).toEqual([]);
  // The rule of the matrix itself has turned round, so the test does not merely repeat the one above.
  const now = ({ path }: { path: string }) =>
    expectedOf(scene, near, 'members.get', probes['members.get'], { role: 'auditor', path });
  expect([before, now(hailing), now(jiangyan)]).toEqual(['allowed', 'thing-not-found', 'allowed']);
});

it('knows in one federation neither sessions nor things of another', async () => {
  const { near } = scene;
  const t = await testApp();
  // Before anybody calls: the server keeps the list of federations for a minute.
  await createFederation(t.server.platform, migrations, { code: 'other', name: '邻市总工会' });
  const at = (federation: string) =>
    t.call('chair', { method: 'GET', url: '/api/v1/session', headers: { 'x-federation': federation } });
  expect([(await at('test')).status, (await at('other')).status]).toEqual([200, 401]);
  const wrong: string[] = [];
  let asked = 0;
  for (const name of routeNames.filter((one) => !specOf(one).public && !probes[one].stream)) {
    const { method, path } = specOf(name);
    const call = probes[name].call(near, scene);
    const payload = call.raw ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
    for (const person of ['chair', 'chen', 'auditor', 'cityAdmin'] as PersonName[]) {
      const reply = await t.call(person, {
        method,
        url: urlOf(path, call.params, call.query),
        ...(payload === undefined ? {} : { payload }),
        headers: {
          'x-federation': 'other',
          ...(payload === undefined
            ? {}
            : { 'content-type': call.raw ? 'application/octet-stream' : 'application/json' }),
          'idempotency-key': `${Math.random()}`,
        },
      });
      asked += 1;
      const { code } = (reply.body as { error?: { code: string } } | null)?.error ?? {};
      if (reply.status !== 401 || code !== 'session-expired')
        wrong.push(`${name} as ${person}: ${reply.status} ${code}`);
    }
  }
  await t.close();
  expect(wrong).toEqual([]);
  expect(asked).toBeGreaterThan(300);
});
