import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApp, type PersonName, type TestApp } from '../../../tests/database/test-app.ts';
import { fundWith } from '../../../tests/ledger/approved-claims.ts';
import { pngPhoto } from '../../../tests/world/photos.ts';
import type { UnionName } from '../../../tests/world/world.ts';
import { moveUnion } from '../unions/index.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
  await fundWith(t, 1_000_000);
});
afterAll(() => t?.close());

const idOf = (union: UnionName) => t.world.unions[union].id;
const open = (person: PersonName) => t.as(person).cases.open({ body: { itemCode: 'hospital-consolation' } });

async function fill(person: PersonName) {
  const draft = await open(person);
  const answers = {
    receipts: [await t.upload(person, '票据.png', await pngPhoto())],
    hospital: '泰州市人民医院',
    admittedOn: '2026-03-01',
    dischargedOn: '2026-03-05',
    diagnosis: '肺炎',
    bankCard: '6222021234567890128',
  };
  return t
    .as(person)
    .cases.saveAnswers({ params: { id: draft.id }, body: { answers, version: draft.version } })
    .then(({ version }) => ({ id: draft.id, version }));
}

/** Rows that stand elsewhere than the union they belong to. */
async function astray(): Promise<string[]> {
  const found = await t.db((ctx) =>
    sql<{ row: string }>`
      select 'case ' || c.union_path as row from "case" c join "union" u on u.id = c.union_id
        where c.union_path <> u.path
      union all select 'claim ' || x.union_path from claim x join "case" c on c.id = x.case_id
        where x.union_path <> c.union_path
      union all select 'task ' || x.case_path from task x join "case" c on c.id = x.case_id
        where x.case_path <> c.union_path
      union all select 'task at ' || x.union_path from task x join "union" u on u.id = x.union_id
        where x.union_path <> u.path
      union all select 'file ' || f.union_path from file f join "case" c on c.id = f.case_id
        where f.union_path <> c.union_path`.execute(ctx.db),
  );
  return found.rows.map(({ row }) => row);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('opens a draft where its union will stand, not where it stood', async () => {
  let opened: ReturnType<typeof open> | undefined;
  let early = false;
  await t.db(async (ctx) => {
    await moveUnion(ctx, { unionId: idOf('couriers'), superiorId: idOf('chengdong') });
    // The move is not committed: who asks now must not go by what she can still read.
    opened = open('chen');
    void opened.then(() => (early = true));
    await pause(300);
    expect(early).toBe(false);
  });
  await opened;
  expect(await astray()).toEqual([]);
});

it('submits to where its union will stand', async () => {
  const draft = await fill('wang');
  let sent: Promise<unknown> | undefined;
  await t.db(async (ctx) => {
    await moveUnion(ctx, { unionId: idOf('couriers'), superiorId: idOf('jiulong') });
    sent = t.as('wang').cases.submit({ params: { id: draft.id }, body: { version: draft.version } });
    await pause(300);
  });
  await sent;
  expect(await astray()).toEqual([]);
});

it('keeps everything together however often the union moves meanwhile', { timeout: 300_000 }, async () => {
  const people = ['chen', 'zhao', 'li', 'zhang'] as const;
  const drafts = await Promise.all(people.map((person) => fill(person)));
  const move = (union: UnionName, superior: UnionName) =>
    t.db((ctx) => moveUnion(ctx, { unionId: idOf(union), superiorId: idOf(superior) }));
  await Promise.all([
    ...people.map((person, at) =>
      t.as(person).cases.submit({ params: { id: drafts[at]!.id }, body: { version: drafts[at]!.version } }),
    ),
    move('jiulong', 'jiangyan'),
    move('couriers', 'chengdong'),
    move('motors', 'jiulong'),
    ...people.map((person) => open(person).catch(() => null)),
    move('jiulong', 'hailing'),
  ]);
  expect(await astray()).toEqual([]);
});
