import { afterAll, beforeAll, expect, it } from 'vitest';
import { urlOf } from '@smart-union/api-client';
import { createFederation } from '../../server/federations.ts';
import { roles } from '../../server/modules/accounts/roles.ts';
import { moveUnion } from '../../server/modules/unions/index.ts';
import { testApp, type PersonName } from '../database/test-app.ts';
import { migrations } from '../database/template.ts';
import type { UnionName } from '../world/world.ts';
import { enterCadre, type Walker } from './people.ts';
import { routeNames, type RouteName } from './probe.ts';
import { probes } from './probes.ts';
import { ask, expectedOf, specOf, type Standing } from './reach.ts';
import { buildScene, type Scene } from './scene.ts';

let scene: Scene;

/** Where she stands, seen from the thing: at it, beside it, above it by one, two and three steps, below it, elsewhere. */
const places = ['couriers', 'pumps', 'jiulong', 'hailing', 'city', 'textiles', 'jiangyan'] as const;

/** Every role at every place, whether or not anybody would appoint her there. */
const grid = Object.keys(roles).flatMap((role) => places.map((place) => ({ role, place })));
const keyOf = (role: string, place: UnionName) => `${role} at ${place}`;

beforeAll(async () => {
  scene = await buildScene();
  const { t } = scene;
  await t.db(async (ctx) => {
    for (const { role, place } of grid) {
      const key = keyOf(role, place);
      await enterCadre(t, ctx, {
        key,
        name: '某干部',
        username: key.replaceAll(' ', '.'),
        role,
        union: place,
      });
    }
  });
});
afterAll(() => scene?.t.close());

const standingOf = (role: string, place: UnionName): Standing => ({
  role,
  path: scene.t.world.unions[place].path,
});

/** Routes about one thing, whose place decides; those that write are asked only where they must refuse. */
const placed = routeNames.filter((name) => probes[name].lies !== 'none' && !probes[name].stream);

/** Asks every route for the near thing from everywhere, and says what came out otherwise than it must. */
async function walkGrid(names: readonly RouteName[]): Promise<{ wrong: string[]; verdicts: Set<string> }> {
  const wrong: string[] = [];
  const verdicts = new Set<string>();
  for (const name of names) {
    const probe = probes[name];
    const tries = grid
      .map(({ role, place }) => ({
        role,
        place,
        verdict: expectedOf(scene, scene.near, name, probe, standingOf(role, place)),
      }))
      .filter(({ verdict }) => verdict !== 'allowed' || specOf(name).method === 'GET');
    const answers = await Promise.all(
      tries.map(async ({ role, place, verdict }) => ({
        who: keyOf(role, place),
        verdict,
        answer: await ask(scene, name, keyOf(role, place) as Walker, probe.call(scene.near, scene)),
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

const unitReads = placed.filter(
  (name) => specOf(name).method === 'GET' && ['unit', 'evidence'].includes(probes[name].lies),
);

it('lets those above see a unit that was dissolved, and nobody more', async () => {
  await scene.t.db((ctx) =>
    ctx.db.updateTable('union').set({ status: 'dissolved' }).where('id', '=', scene.near.unionId).execute(),
  );
  expect((await walkGrid(unitReads)).wrong).toEqual([]);
  await scene.t.db((ctx) =>
    ctx.db.updateTable('union').set({ status: 'active' }).where('id', '=', scene.near.unionId).execute(),
  );
});

it('goes with a unit that moved: its new superiors see it, those it left do not', async () => {
  const { t, near } = scene;
  const { couriers, sanshui, hailing, jiangyan } = t.world.unions;
  const before = expectedOf(scene, near, 'members.get', probes['members.get'], standingOf('auditor', 'hailing')); // prettier-ignore
  const moved = await t.db((ctx) => moveUnion(ctx, { unionId: couriers.id, superiorId: sanshui.id }));
  t.server.host.auth.forget();
  (couriers as { path: string }).path = moved.path;
  near.paths.unit = moved.path;
  const found = await walkGrid(unitReads);
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
