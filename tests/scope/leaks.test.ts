import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from 'kysely';
import { readSheets } from '../../server/kernel/sheets/read.ts';
import { isCadre, members, walkers, type Walker } from './people.ts';
import { routeNames, type Call, type RouteName } from './probe.ts';
import { probes } from './probes.ts';
import { ask, expected, specOf } from './reach.ts';
import { buildScene, pathOf, type Scene, type Side } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await buildScene();
});
afterAll(() => scene?.t.close());

const sides = () => [scene.near, scene.far];

/** Is any part of the district hers to see, by standing in it or above it, or by being the member? */
const mayKnow = (walker: Walker, side: Side) => {
  if (walker === 'anonymous') return false;
  const path = pathOf(scene, walker as 'chair');
  if (walker in members) return path.startsWith(side.paths.district);
  return path.startsWith(side.paths.district) || side.paths.district.startsWith(path);
};

/** The reply as text, a workbook as the texts of its cells. */
async function textOf(name: RouteName, body: unknown, raw: Buffer): Promise<string> {
  const { reply } = specOf(name);
  if ('raw' in reply && reply.raw.includes('spreadsheet') && raw.subarray(0, 2).toString() === 'PK')
    return JSON.stringify(await readSheets({ bytes: raw }));
  return body === null ? raw.toString('utf8') : JSON.stringify(body);
}

const reads = () => routeNames.filter((name) => specOf(name).method === 'GET' && !probes[name].stream);

/** Calls of a read route that look for the other side's things by every word there is. */
function curiousCalls(name: RouteName, other: Side): Call[] {
  const plain = probes[name].call(other, scene);
  const known = specOf(name).query
    ? Object.keys((specOf(name).query as unknown as { shape: object }).shape)
    : [];
  const words = [
    other.member.name,
    other.member.idNumber,
    other.member.phone,
    other.batchNumber,
    '暗哨',
    '明岗',
  ];
  const calls: Call[] = [plain];
  const add = (query: Record<string, string>) =>
    calls.push({ ...plain, query: { ...plain.query, ...query } });
  if (known.includes('q')) for (const q of words) add({ q });
  for (const key of ['under', 'unionId', 'parent']) {
    if (known.includes(key)) for (const id of [other.unionId, other.districtId]) add({ [key]: id });
  }
  if (known.includes('fundId')) add({ fundId: other.fundId });
  if (known.includes('caseId')) add({ caseId: other.openCase });
  if (known.includes('subjectId')) add({ subjectId: other.openCase });
  if (known.includes('view')) for (const view of ['todo', 'returned', 'decided', 'all']) add({ view });
  if (known.includes('page')) add({ page: '2', pageSize: '2' });
  if (known.includes('sort'))
    for (const sort of ['name', '-name', '-submittedAt', 'x'] as const) add({ sort });
  return calls;
}

it('shows nobody a word of a district that is not hers, by list, search, filter, page or export', async () => {
  const leaks: string[] = [];
  let asked = 0;
  let searched = 0;
  for (const name of reads()) {
    for (const walker of walkers) {
      for (const side of sides().filter((one) => !mayKnow(walker, one))) {
        for (const call of curiousCalls(name, side)) {
          const answer = await ask(scene, name, walker, call);
          asked += 1;
          // What she wrote herself may come back in a refusal's values; nothing else may.
          const text = await textOf(name, answer.body, answer.raw);
          const own = JSON.stringify(call);
          const leaked = side.canaries.filter((word) => text.includes(word) && !own.includes(word));
          if (leaked.length > 0) leaks.push(`${name} as ${walker} ${own}: ${leaked.join(', ')}`);
          const total = (answer.body as { total?: number } | null)?.total;
          if (call.query?.q !== undefined && answer.status === 200 && total !== undefined) {
            searched += 1;
            if (total !== 0 && sides().every((one) => one === side || !mayKnow(walker, one)))
              leaks.push(`${name} as ${walker} ${own}: ${total} found`);
          }
        }
      }
    }
  }
  expect(leaks).toEqual([]);
  expect(asked).toBeGreaterThan(2000);
  expect(searched).toBeGreaterThan(100);
});

it('would notice: the same words are in the replies of those who may read them', async () => {
  const seen = new Set<string>();
  for (const name of reads()) {
    for (const walker of walkers.filter((one) => mayKnow(one, scene.near))) {
      if (expected(scene, scene.near, name, probes[name], walker) !== 'allowed') continue;
      const answer = await ask(scene, name, walker, probes[name].call(scene.near, scene));
      const text = await textOf(name, answer.body, answer.raw);
      for (const word of scene.near.canaries) if (text.includes(word)) seen.add(word);
    }
  }
  // All but the full ID number and phone, which no reply may hold, and the owner's loose page.
  const unseen = scene.near.canaries.filter((word) => !seen.has(word));
  const { idNumber, phone } = scene.near.member;
  expect(unseen.toSorted()).toEqual([idNumber, phone, scene.near.looseFileId].toSorted());
});

it('counts no row that is not hers', async () => {
  const totals: Partial<Record<RouteName, string>> = {
    'members.list': 'member',
    'cases.list': 'case',
    'disbursements.list': 'disbursement',
    'disbursements.listBatches': 'payment_batch',
    'disbursements.listExceptions': 'payment_exception',
    'unions.list': 'union',
    'audit.list': 'audit_event',
  };
  for (const [name, table] of Object.entries(totals) as [RouteName, string][]) {
    const column = table === 'union' ? 'path' : 'union_path';
    for (const walker of walkers.filter(isCadre)) {
      if (expected(scene, scene.near, name, probes[name], walker) !== 'allowed') continue;
      const path = pathOf(scene, walker);
      // What is looked for is in the audit log itself the next moment, so it is counted before.
      const rows = await scene.t.db((ctx) =>
        sql<{ count: number }>`select count(*)::int as count from ${sql.table(table)}
          where ${sql.ref(column)} >= ${path} and ${sql.ref(column)} < ${`${path}/`}`.execute(ctx.db),
      );
      const { body } = await ask(scene, name, walker, probes[name].call(scene.near, scene));
      expect([name, walker, (body as { total: number }).total]).toEqual([name, walker, rows.rows[0]!.count]);
    }
  }
});

it('counts for the home page only what the cadre may decide', async () => {
  const counts = async (walker: Walker) => (await ask(scene, 'cases.counts', walker, {})).body;
  expect(await counts('chair')).toMatchObject({ todo: 1 });
  expect(await counts('farChair')).toMatchObject({ todo: 1 });
  expect(await counts('siblingChair')).toMatchObject({ todo: 0, returned: 0, decidedToday: 0 });
  expect(await counts('auditor')).toMatchObject({ todo: 0, decidedToday: 0 });
  expect(await counts('approver')).toMatchObject({ todo: 0, decidedToday: 3 });
});

it('tells a member who looked, and nobody else', async () => {
  const [near, far] = sides() as [Side, Side];
  const log = async (walker: Walker) =>
    (
      (await ask(scene, 'members.myAccessLog', walker, { query: { pageSize: 200 } })).body as {
        total: number;
      }
    ).total;
  const before = { chen: await log('chen'), wang: await log('wang'), liu: await log('liu') };
  // Photos of one case count once a day for each cadre, an opened number each time.
  for (let times = 0; times < 2; times += 1) {
    await ask(scene, 'files.content', 'deputyChair' as Walker, { params: { id: near.fileId } });
    const opened = await ask(scene, 'members.disclose', 'approver', {
      params: { id: near.member.id },
      body: { fields: ['idNumber'], reason: '核对身份' },
    });
    expect(opened.status).toBe(200);
  }
  // A try from another district opens nothing, so there is nothing to tell.
  const refused = await ask(scene, 'members.disclose', 'approver', {
    params: { id: far.member.id },
    body: { fields: ['idNumber'], reason: '好奇而已' },
  });
  expect(refused.code).toBe('thing-not-found');
  expect({ chen: await log('chen'), wang: await log('wang'), liu: await log('liu') }).toEqual({
    ...before,
    chen: before.chen + 3,
  });
});

it('puts sealed values into no reply: the full number stands in none', async () => {
  const full = sides().flatMap((side) => [side.member.idNumber, side.member.phone]);
  const cards = ['6222021234567890128', '6225880137245917'];
  const shown: string[] = [];
  for (const name of reads()) {
    // The bank's file and what a bank would send back are made for cards; they are for the payer and the demonstration.
    if (name === 'disbursements.batchFile' || name === 'disbursements.demoReturn') continue;
    for (const walker of walkers) {
      const answer = await ask(scene, name, walker, probes[name].call(scene.near, scene));
      const text = await textOf(name, answer.body, answer.raw);
      shown.push(
        ...[...full, ...cards]
          .filter((word) => text.includes(word))
          .map((word) => `${name} ${walker} ${word}`),
      );
    }
  }
  expect(shown).toEqual([]);
});
