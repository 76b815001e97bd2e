import { afterAll, beforeAll, expect, it } from 'vitest';
import pg from 'pg';
import { readSheets } from '../../server/kernel/sheets/read.ts';
import { roles } from '../../server/modules/accounts/roles.ts';
import { reconcileRollups } from '../../server/modules/dashboards/index.ts';
import { moveUnion } from '../../server/modules/unions/index.ts';
import { effort, random, seed } from '../input/effort.ts';
import { approve, fileClaim } from './file-claim.ts';
import { enterGrid, grid, standingOf, type Seat } from './grid.ts';
import { cadres, isCadre, members, walkers, type Walker } from './people.ts';
import { reason, routeNames, type RouteName } from './probe.ts';
import { probes } from './probes.ts';
import { ask, expectedOf, specOf } from './reach.ts';
import { comeToRest } from './rest.ts';
import { buildScene, pathOf, type Scene, type Side } from './scene.ts';
import { listIn, schemaOf, shapeOf, type Shape } from './shapes.ts';
import { exportsOf, parts, seesOf, truths, under, type Row, type Truth, type Who } from './truths.ts';

let scene: Scene;
let owner: pg.Client;

beforeAll(async () => {
  scene = await buildScene();
  const { t, near, far } = scene;
  await enterGrid(t);
  owner = new pg.Client({ connectionString: t.url, options: `-c search_path=${t.federation.schema}` });
  await owner.connect();
  // What the scene lacks: a visit due on either side, and a deputy.
  const { id } = await fileClaim(t, 'li', 2, '明岗医院');
  await approve(t, 'siblingChair', id);
  await approve(t, 'approver', id);
  await t
    .as('approver')
    .claims.chooseVisit({ params: { id }, body: { channel: 'home-visit', reason: '行动不便' } });
  await t.as('farApprover' as 'approver').claims.chooseVisit({
    params: { id: far.readyCase },
    body: { channel: 'home-visit', reason: '行动不便' },
  });
  await t.as('chair').accounts.appointDeputy({
    body: {
      accountId: t.world.cadres.townCadre.id,
      from: '2026-11-30',
      until: '2026-12-01',
      note: '外出学习',
    },
  });
  await t.as('approver').members.disclose({
    params: { id: near.member.id },
    body: { fields: ['phone'], reason },
  });
  // The world was written without its figures.
  await t.db((ctx) => reconcileRollups(ctx, { repair: true }));
  await comeToRest(t);
});
afterAll(async () => {
  await owner?.end();
  await scene?.t.close();
});

const named = (shape: Shape) => routeNames.filter((name) => shapeOf(name) === shape);

const whoOf = (walker: Walker, role: string | null, path: string | null): Who => {
  const world = scene.t.world as unknown as Record<'cadres' | 'members', Record<string, { id: string }>>;
  return { id: (world.cadres[walker] ?? world.members[walker])!.id, role, path };
};
const whoAt = (seat: Seat): Who => whoOf(seat.walker, seat.role, standingOf(scene, seat).path);

const holders = (name: RouteName): Seat[] =>
  grid.filter(({ role }) => roles[role]!.permissions.includes(specOf(name).permission!));

async function rowsOf(truth: Truth, id?: string): Promise<Row[]> {
  const { rows } = await owner.query(truth.rows, id === undefined ? [] : [id]);
  return (rows as Partial<Row>[]).map((row) => ({
    id: String(row.id),
    path: row.path ?? null,
    owner: row.owner ?? null,
  }));
}

const ids = (rows: readonly Row[], truth: Truth, who: Who) =>
  new Set(rows.filter((row) => seesOf(truth)(row, who)).map((row) => row.id));

interface Listed {
  status: number;
  code: string | null;
  /** Ids as they came, or numbers where items have none. */
  ids: string[];
  items: Record<string, unknown>[];
  total: number | null;
}

type Query = Record<string, string>;

const queryOf = (name: RouteName) => schemaOf(specOf(name).query ?? specOf('accounts.getSession').reply as never, 'input').properties ?? {}; // prettier-ignore
const paged = (name: RouteName) => specOf(name).query !== undefined && 'pageSize' in queryOf(name);

/** A list to its last page. */
async function listAll(
  name: RouteName,
  walker: Walker,
  truth: Truth,
  query: Query,
  id?: string,
): Promise<Listed> {
  const items: Record<string, unknown>[] = [];
  for (let page = 1; ; page += 1) {
    const size = Number(query.pageSize ?? 200);
    const asked = paged(name) ? { pageSize: String(size), ...query, page: String(page) } : query;
    const answer = await ask(scene, name, walker, {
      ...(id === undefined ? {} : { params: { id } }),
      query: { ...truth.query, ...asked },
    });
    if (answer.status !== 200)
      return { status: answer.status, code: answer.code, ids: [], items: [], total: null };
    const body = answer.body as Record<string, unknown> & { total?: number };
    const found = body[listIn(name)!] as Record<string, unknown>[];
    items.push(...found);
    if (!paged(name) || found.length < size) {
      const key = truth.key === undefined ? 'id' : truth.key;
      const keys = items.map((item, at) => (key === null ? String(at) : String(item[key])));
      return { status: 200, code: null, ids: keys, items, total: body.total ?? null };
    }
  }
}

/** What is wrong with a list: rows too many, rows missing, rows twice, a total that is not their number. */
function faultsOf(listed: Listed, least: Set<string>, most: Set<string>, truth: Truth): string[] {
  if (listed.status !== 200) return [`${listed.status} ${listed.code}`];
  const got = new Set(listed.ids);
  const faults: string[] = [];
  if (got.size !== listed.ids.length) faults.push('a row twice');
  if (truth.key === null) {
    if (got.size < least.size || got.size > most.size) faults.push(`${got.size} rows, not ${least.size}`);
  } else {
    const extra = [...got].filter((id) => !most.has(id));
    const missing = [...least].filter((id) => !got.has(id));
    if (extra.length > 0) faults.push(`too much: ${extra.join(', ')}`);
    if (missing.length > 0) faults.push(`missing: ${missing.join(', ')}`);
  }
  if (listed.total !== null && listed.total !== listed.ids.length)
    faults.push(`total ${listed.total} of ${listed.ids.length}`);
  return faults;
}

/** Compares a list with its rows. A list may itself be written down, so what is there before and after are its bounds. */
async function judge(
  name: RouteName,
  who: Who,
  walker: Walker,
  truth: Truth,
  id?: string,
  query: Query = {},
) {
  const before = ids(await rowsOf(truth, id), truth, who);
  const listed = await listAll(name, walker, truth, query, id);
  const after = ids(await rowsOf(truth, id), truth, who);
  const faults = faultsOf(listed, before, after, truth);
  return { seen: before.size, wrong: faults.map((fault) => `${name} as ${walker}: ${fault}`) };
}

it('knows every list, part, export and bulk of the contract: a new one is named here until it is told what it is made of', () => {
  const tell = 'is not in tests/scope/truths.ts: say there which rows it is made of, and who sees them';
  const known: [readonly RouteName[], object][] = [
    [[...named('list'), ...named('own')], truths],
    [named('parts'), parts],
    [named('export'), exportsOf],
  ];
  for (const [wanted, table] of known) {
    expect(wanted.filter((name) => !(name in table)).map((name) => `${name} ${tell}`)).toEqual([]);
    expect(Object.keys(table).filter((name) => !wanted.includes(name as RouteName))).toEqual([]);
  }
  expect(named('list').length).toBeGreaterThan(10);
});

/** Every holder at every place in the base state; in the others one role of each place, since roles do not differ there. */
async function walkLists(seatsOf: (name: RouteName) => readonly Seat[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const name of named('list')) {
    const truth = truths[name]!;
    const counts = new Map<string, number>();
    for (const seat of seatsOf(name)) {
      const judged = await judge(name, whoAt(seat), seat.walker, truth);
      wrong.push(...judged.wrong);
      counts.set(seat.place, judged.seen);
    }
    // A list that is empty for everybody, or the same, proves nothing.
    if (truth.sees === undefined && new Set(counts.values()).size < 2) wrong.push(`${name}: ${JSON.stringify([...counts])}`); // prettier-ignore
  }
  return wrong;
}

const oneOfEach = (name: RouteName) => {
  const [first] = holders(name);
  return holders(name).filter(({ role }) => role === first!.role);
};

it('lists for every role at every place exactly the rows of its scope', async () => {
  expect(await walkLists(holders)).toEqual([]);
});

it('lists for everybody exactly what is hers', async () => {
  const wrong: string[] = [];
  for (const name of named('own')) {
    const { self } = specOf(name);
    let seen = 0;
    for (const walker of walkers) {
      if (walker === 'anonymous') continue;
      if (self !== 'any' && (self === 'cadre') !== isCadre(walker)) continue;
      const lapsed = walker === 'lapsed';
      const role = isCadre(walker) && !lapsed ? cadres[walker][0] : null;
      const path = walker in members || lapsed ? null : pathOf(scene, walker);
      const judged = await judge(name, whoOf(walker, role, path), walker, truths[name]!);
      wrong.push(...judged.wrong);
      seen += judged.seen;
    }
    if (seen === 0) wrong.push(`${name}: nobody has any`);
  }
  expect(wrong).toEqual([]);
});

it('lists of a thing exactly what belongs to it', async () => {
  const wrong: string[] = [];
  for (const name of named('parts')) {
    const truth = parts[name]!;
    const seats = grid.filter(
      (seat) => expectedOf(scene, scene.near, name, probes[name], standingOf(scene, seat)) === 'allowed',
    );
    let seen = 0;
    for (const seat of seats.slice(0, effort > 1 ? seats.length : 6)) {
      const judged = await judge(name, whoAt(seat), seat.walker, truth, truth.of(scene.near));
      wrong.push(...judged.wrong);
      seen += judged.seen;
    }
    if (seen === 0 && !name.endsWith('.faults')) wrong.push(`${name}: nothing seen by ${seats.length}`);
  }
  expect(wrong).toEqual([]);
});

/** Every question that a list understands, about either side. */
function questionsOf(name: RouteName): Query[] {
  const known = queryOf(name);
  const about = ({ member, unionId, districtId, fundId, openCase, batchNumber, memberNumber }: Side) => {
    const { name: unit } = Object.values(scene.t.world.unions).find(({ id }) => id === unionId)!;
    const words = [member.name, member.idNumber, member.phone, memberNumber, batchNumber, unit.slice(0, 2)];
    return [
      ...('q' in known ? words.map((q): Query => ({ q })) : []),
      ...['under', 'unionId', 'parent']
        .filter((key) => key in known)
        .flatMap((key) => [unionId, districtId].map((id): Query => ({ [key]: id }))),
      ...('fundId' in known ? [{ fundId }] : []),
      ...('caseId' in known ? [{ caseId: openCase }] : []),
      ...('subjectId' in known ? [{ subjectId: openCase }] : []),
    ];
  };
  const sorts = ['name', '-submittedAt', 'memberNumber'].map((sort): Query => ({ sort, pageSize: '3' }));
  return [...about(scene.near), ...about(scene.far), ...('sort' in known ? sorts : [])];
}

it('answers a question with what the city would be answered, cut to the scope: by word, filter, order and page', async () => {
  const next = random(seed);
  const wrong: string[] = [];
  let asked = 0;
  let cut = 0;
  let found = 0;
  for (const name of named('list').filter((one) => truths[one]!.key !== 'sequence')) {
    const truth = truths[name]!;
    const rows = await rowsOf(truth);
    const placeOf = (id: string) => rows.filter((row) => row.id === id).map((row) => row.path);
    for (const query of questionsOf(name)) {
      const [high] = holders(name).filter(({ place }) => place === 'city');
      const whole = await listAll(name, high!.walker, truth, query);
      const others = holders(name).filter(({ place }) => place !== 'city');
      const tried = effort > 1 ? others : [others[next(others.length)]!];
      for (const seat of tried) {
        const { path } = standingOf(scene, seat);
        const listed = await listAll(name, seat.walker, truth, query);
        asked += 1;
        // A union that is not hers to see is not there; nothing else may be refused.
        const place = [query.under, query.unionId, query.parent].find((one) => one !== undefined);
        const lies = Object.values(scene.t.world.unions).find(({ id }) => id === place)?.path;
        if (listed.code === 'thing-not-found' && lies !== undefined && !under(lies, path)) continue;
        const everywhere = truth.sees !== undefined && name !== 'unions.tree';
        const roots = name === 'unions.tree' && place === undefined;
        const hers = whole.ids.filter((id) => everywhere || placeOf(id).some((one) => under(one, path)));
        const faults = roots ? [] : faultsOf(listed, new Set(hers), new Set(hers), truth);
        if (hers.length < whole.ids.length) cut += 1;
        found += hers.length;
        wrong.push(...faults.map((fault) => `${name} ${JSON.stringify(query)} as ${seat.walker}: ${fault}`));
      }
    }
  }
  expect(wrong, `INPUT_SEED=${seed}`).toEqual([]);
  expect(asked).toBeGreaterThan(100);
  expect(Math.min(cut, found)).toBeGreaterThan(10);
});

it('exports exactly what the list shows', async () => {
  const wrong: string[] = [];
  for (const name of named('export')) {
    const { list, title, field, query = {} } = exportsOf[name]!;
    const sizes = new Set<number>();
    for (const seat of oneOfEach(name)) {
      const { items } = await listAll(list, seat.walker, truths[list]!, query);
      const answer = await ask(scene, name, seat.walker, { query: { ...query, reason } });
      const { sheets } = await readSheets({ bytes: answer.raw });
      const rows = sheets[0]!.rows.map(({ texts }) => texts);
      const column = rows[0]!.indexOf(title);
      // The last row says who took the list away.
      const told = rows.slice(1, -1).map((texts) => texts[column]!);
      sizes.add(told.length);
      if (
        JSON.stringify(told.toSorted()) !==
        JSON.stringify(items.map((item) => String(item[field])).toSorted())
      )
        // prettier-ignore
        wrong.push(`${name} as ${seat.walker}: ${told.join(', ')}, not ${items.length} rows`);
    }
    if (sizes.size < 2) wrong.push(`${name}: the same everywhere`);
  }
  expect(wrong).toEqual([]);
});

/** What each route of figures must count. Those of the federation as a whole tell nobody about anybody's rows. */
const figures: Partial<Record<RouteName, (seat: Seat, body: Record<string, unknown>) => Promise<string[]>>> =
  {
    'cases.counts': async ({ walker }, body) => {
      const total = async (view: string) =>
        (await listAll('cases.list', walker, truths['cases.list']!, { view })).ids.length;
      const counted = { todo: await total('todo'), returned: await total('returned'), decidedToday: 0 };
      return Object.entries(counted)
        .filter(([key, count]) => body[key] !== count)
        .map(([key, count]) => `${key} ${String(body[key])}, not ${count}`);
    },
    'dashboards.overview': async (seat, body) => {
      const who = whoAt(seat);
      const count = async (rows: string) => ids(await rowsOf({ rows }), { rows }, who).size;
      const counted = {
        members: await count(`select id, union_path as path from member where status = 'active'`),
        claimsThisYear: await count(
          `select id, union_path as path from "case" where submitted_at is not null`,
        ),
        paidThisYearCount: await count(
          `select id, union_path as path from disbursement where status = 'paid'`,
        ),
      };
      const told = body.figures as Record<string, number>;
      return Object.entries(counted)
        .filter(([key, value]) => told[key] !== value)
        .map(([key, value]) => `${key} ${told[key]}, not ${value}`);
    },
    'audit.verify': async () => [],
    'system.overview': async () => [],
  };

it('counts what it lists', async () => {
  const missing = named('figures').filter((name) => !(name in figures));
  expect(missing.map((name) => `${name} counts something: say in tests/scope/lists.test.ts what`)).toEqual(
    [],
  );
  const wrong: string[] = [];
  for (const name of named('figures')) {
    for (const seat of oneOfEach(name)) {
      const answer = await ask(scene, name, seat.walker, {});
      if (answer.status !== 200) wrong.push(`${name} as ${seat.walker}: ${answer.status}`);
      const faults = await figures[name]!(seat, answer.body as Record<string, unknown>);
      wrong.push(...faults.map((fault) => `${name} as ${seat.walker}: ${fault}`));
    }
  }
  expect(wrong).toEqual([]);
});

it('lists the same when the unit is dissolved, but for the unit itself', async () => {
  const set = (status: string) =>
    owner.query(`update "union" set status = $1 where id = $2`, [status, scene.near.unionId]);
  await set('dissolved');
  expect(await walkLists(oneOfEach)).toEqual([]);
  await set('active');
});

it('lists with a unit that moved: for its new superiors, and no longer for those it left', async () => {
  const { t, near } = scene;
  const { couriers, sanshui, hailing } = t.world.unions;
  const rows = await rowsOf(truths['members.list']!);
  const moved = await t.db((ctx) => moveUnion(ctx, { unionId: couriers.id, superiorId: sanshui.id }));
  t.server.host.auth.forget();
  (couriers as { path: string }).path = moved.path;
  near.paths.unit = moved.path;
  await comeToRest(t);
  expect(await walkLists(oneOfEach)).toEqual([]);
  // And something did go from one to the other.
  const count = (all: readonly Row[]) => all.filter((row) => under(row.path, hailing.path)).length;
  expect(count(rows) - count(await rowsOf(truths['members.list']!))).toBe(3);
  for (const seat of oneOfEach('dashboards.overview')) {
    const answer = await ask(scene, 'dashboards.overview', seat.walker, {});
    expect([seat.walker, await figures['dashboards.overview']!(seat, answer.body as Record<string, unknown>)]).toEqual([seat.walker, []]); // prettier-ignore
  }
});
