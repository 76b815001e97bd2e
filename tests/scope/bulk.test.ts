import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { roles } from '../../server/modules/accounts/roles.ts';
import { madeUpIdNumber } from '../../server/modules/members/factory.ts';
import { moveUnion } from '../../server/modules/unions/index.ts';
import type { UnionName } from '../world/world.ts';
import { effort } from '../input/effort.ts';
import { enterGrid, grid, standingOf, type Seat } from './grid.ts';
import { routeNames, type Call, type RouteName } from './probe.ts';
import { probes } from './probes.ts';
import { ask, expectedOf, specOf } from './reach.ts';
import { buildScene, type Scene, type Side } from './scene.ts';
import { shapeOf } from './shapes.ts';
import { under } from './truths.ts';

let scene: Scene;
let owner: pg.Client;
/** Payments that wait, by side: what a batch is made of. */
const ready: Record<string, string> = {};

beforeAll(async () => {
  scene = await buildScene();
  await enterGrid(scene.t);
  owner = new pg.Client({
    connectionString: scene.t.url,
    options: `-c search_path=${scene.t.federation.schema}`,
  });
  await owner.connect();
  for (const { readyCase } of [scene.near, scene.far]) {
    const { rows } = await owner.query('select id from disbursement where case_id = $1', [readyCase]);
    ready[readyCase] = (rows[0] as { id: string }).id;
  }
});
afterAll(async () => {
  await owner?.end();
  await scene?.t.close();
});

interface Bulk {
  thing(side: Side): string;
  call(ids: string[], side: Side): Call;
  /** How a thing stands, as SQL of its id. */
  state: string;
}

/** Every route that changes many things by their ids. */
const bulks: Partial<Record<RouteName, Bulk>> = {
  'cases.decideMany': {
    thing: (side) => side.openCase,
    call: (ids) => ({ body: { ids, outcome: 'approve' } }),
    state: `select stage || status as state from "case" where id = $1`,
  },
  'disbursements.createBatch': {
    thing: (side) => ready[side.readyCase]!,
    call: (ids, side) => ({ body: { fundId: side.fundId, disbursementIds: ids } }),
    state: 'select status as state from disbursement where id = $1',
  },
};

interface Import {
  file(number: number): string;
  table: string;
  path: string;
  /** Where its rows would be entered. */
  into: readonly UnionName[];
}

/** Every route that takes rows from a file: a row in scope, beside it and far away. */
const imports: Partial<Record<RouteName, Import>> = {
  'memberImports.preview': {
    file: (number) =>
      ['姓名,证件号码,手机号码,所属工会,入会日期']
        .concat(
          imports['memberImports.preview']!.into.map((union, at) => {
            const count = 5000 + number * 10 + at;
            const { name } = scene.t.world.unions[union];
            return `众人,${madeUpIdNumber(count)},${15_100_000_000 + count},${name},2026-01-01`;
          }),
        )
        .join('\n'),
    table: 'member',
    path: 'union_path',
    into: ['couriers', 'pumps', 'textiles'],
  },
  'unionImports.preview': {
    file: (number) =>
      ['工会名称,上级工会,层级,组织形式,建会日期']
        .concat(
          imports['unionImports.preview']!.into.map((union) => {
            const { name } = scene.t.world.unions[union];
            return `${name.slice(0, 3)}第${number}厂工会委员会,${name},60,4,2020-05-01`;
          }),
        )
        .join('\n'),
    table: '"union"',
    path: 'path',
    into: ['jiulong', 'chengdong', 'sanshui'],
  },
};

const named = (shape: string) => routeNames.filter((name) => shapeOf(name) === shape);
const holders = (name: RouteName): Seat[] =>
  grid.filter(({ role }) => roles[role]!.permissions.includes(specOf(name).permission!));

/** One role at every place: roles differ in what they may, not in where. */
const ofFirstRole = ({ role }: Seat, _at: number, [first]: readonly Seat[]) => role === first!.role;

it('knows every route that changes many things at once', () => {
  const tell = 'is not in tests/scope/bulk.test.ts: say there how it is called and what it changes';
  for (const [shape, table] of [
    ['bulk', bulks],
    ['import', imports],
  ] as const) {
    expect(
      named(shape)
        .filter((name) => !(name in table))
        .map((name) => `${name} ${tell}`),
    ).toEqual([]);
    expect(Object.keys(table).filter((name) => !named(shape).includes(name as RouteName))).toEqual([]);
  }
});

const stateOf = async (bulk: Bulk, side: Side): Promise<string> => {
  const { rows } = await owner.query(bulk.state, [bulk.thing(side)]);
  return (rows[0] as { state: string }).state;
};

it('changes by ids nothing that lies outside the scope, whatever else is named beside it', async () => {
  const { near, far } = scene;
  const wrong: string[] = [];
  for (const name of named('bulk')) {
    const bulk = bulks[name]!;
    const before = [await stateOf(bulk, near), await stateOf(bulk, far)];
    for (const seat of holders(name)) {
      const { path } = standingOf(scene, seat);
      for (const side of [near, far].filter((one) => !under(one.paths.unit, path))) {
        // Twice the same, and once with the fund that is hers.
        for (const about of [near, far]) {
          const id = bulk.thing(side);
          const answer = await ask(scene, name, seat.walker, bulk.call([id], about));
          const results = (answer.body as { results?: { id: string; ok: boolean; code: string }[] }).results;
          const refused = results ? results.every((one) => !one.ok && one.code === 'thing-not-found') : answer.status >= 400; // prettier-ignore
          if (!refused) wrong.push(`${name} as ${seat.walker}: ${answer.status} ${JSON.stringify(answer.body)}`); // prettier-ignore
        }
      }
    }
    expect([name, await stateOf(bulk, near), await stateOf(bulk, far)]).toEqual([name, ...before]);
    // Named beside what is hers: hers is done or all is refused, the other one stays.
    const mixed = await ask(scene, name, probes[name].works, bulk.call([near, far].map(bulk.thing), near));
    expect([name, await stateOf(bulk, far)]).toEqual([name, before[1]]);
    if (mixed.status >= 400) await ask(scene, name, probes[name].works, bulk.call([bulk.thing(near)], near));
    expect([name, await stateOf(bulk, near)]).not.toEqual([name, before[0]]);
  }
  expect(wrong).toEqual([]);
});

it('enters from a file only the rows that belong to unions of the scope', async () => {
  const pathsIn = async ({ table, path }: Import) =>
    (await owner.query(`select id, ${path} as path from ${table}`)).rows as { id: string; path: string }[];
  const wrong: string[] = [];
  let entered = 0;
  for (const name of named('import')) {
    const one = imports[name]!;
    const commit = name.replace('.preview', '.commit') as RouteName;
    for (const [number, seat] of holders(name)
      .filter(effort > 1 ? () => true : ofFirstRole)
      .entries()) {
      const { path } = standingOf(scene, seat);
      const wanted = one.into.filter((union) => under(scene.t.world.unions[union].path, path));
      const known = new Set((await pathsIn(one)).map(({ id }) => id));
      const raw = Buffer.from(one.file(number));
      const run = await ask(scene, name, seat.walker, { query: { fileName: '名册.csv' }, raw });
      const { id, counts } = run.body as { id: string; counts: { added: number; reject: number } };
      const saved = await ask(scene, commit, seat.walker, { params: { id } });
      const fresh = (await pathsIn(one)).filter((row) => !known.has(row.id));
      const places = fresh.map((row) =>
        one.into.find((union) => under(row.path, scene.t.world.unions[union].path)),
      );
      entered += fresh.length;
      const told = [places.toSorted(), counts?.added, counts?.reject];
      const right = [wanted.toSorted(), wanted.length, one.into.length - wanted.length];
      if (JSON.stringify(told) !== JSON.stringify(right))
        wrong.push(`${name} as ${seat.walker}: ${JSON.stringify(told)}, not ${JSON.stringify(right)}; ${run.status} ${saved.status} ${saved.code}`); // prettier-ignore
    }
  }
  expect(wrong).toEqual([]);
  expect(entered).toBeGreaterThan(15);
});

/** Writes about the unit's things, by one role that may at every place from which she may. */
async function letIn(names: readonly RouteName[]): Promise<{ wrong: string[]; asked: number }> {
  const denials = ['session-missing', 'permission-missing', 'thing-not-found', 'decision-not-mine'];
  const wrong: string[] = [];
  let asked = 0;
  for (const name of names) {
    const seats = holders(name).filter(
      (seat) => expectedOf(scene, scene.near, name, probes[name], standingOf(scene, seat)) === 'allowed',
    );
    let removed = false;
    for (const seat of seats.filter(ofFirstRole)) {
      const answer = await ask(scene, name, seat.walker, probes[name].call(scene.near, scene));
      asked += 1;
      // What the one before took away is gone for this one.
      if (removed && answer.code === 'thing-not-found') continue;
      removed ||= specOf(name).method === 'DELETE' && answer.status === 200;
      if (answer.status >= 500 || denials.includes(answer.code ?? ''))
        wrong.push(`${name} as ${seat.walker}: ${answer.status} ${answer.code}`);
    }
  }
  return { wrong, asked };
}

const unitWrites = routeNames.filter(
  (name) =>
    probes[name].lies === 'unit' &&
    specOf(name).method !== 'GET' &&
    !specOf(name).public &&
    !specOf(name).self,
);

it('lets those above go on with the things of a unit that was dissolved, or that moved to them', async () => {
  const set = (status: string) =>
    owner.query(`update "union" set status = $1 where id = $2`, [status, scene.near.unionId]);
  await set('dissolved');
  const dissolved = await letIn(unitWrites.filter((name) => !name.startsWith('accounts.')));
  expect(dissolved.wrong).toEqual([]);
  await set('active');
  const { couriers, sanshui } = scene.t.world.unions;
  const moved = await scene.t.db((ctx) => moveUnion(ctx, { unionId: couriers.id, superiorId: sanshui.id }));
  scene.t.server.host.auth.forget();
  (couriers as { path: string }).path = moved.path;
  scene.near.paths.unit = moved.path;
  const after = await letIn(unitWrites);
  expect(after.wrong).toEqual([]);
  expect(Math.min(dissolved.asked, after.asked)).toBeGreaterThan(20);
});
