import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiError } from '@smart-union/api-client';
import { xlsxBytes } from '../../server/kernel/sheets/write-xlsx.ts';
import { workbookOf } from '../../server/kernel/sheets/factory.ts';
import { madeUpIdNumber } from '../../server/modules/members/factory.ts';
import { testApp, type TestApp } from '../database/test-app.ts';
import { damaged, effort, random, seed } from './effort.ts';
import { beginVitals, faultsOf } from './vitals.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t?.close());

const titles = ['姓名', '证件号码', '手机号码', '所属工会', '入会日期'];

/** Eight people nobody knows yet, so that a roster that survives its damage does add somebody. */
const people = (from: number) =>
  Array.from({ length: 8 }, (_, at) => [
    '周试探',
    madeUpIdNumber(from + at),
    `1390000${String((from + at) % 10_000).padStart(4, '0')}`,
    t.world.unions.couriers.name,
    '2026-01-01',
  ]);

const cellsOf = (rows: string[][]) =>
  `<sheetData>${rows.map((row) => `<row>${row.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join('')}</row>`).join('')}</sheetData>`;

/** One roster in three dresses: a workbook harmed as bytes, the XML inside a sound one, and a list of text. */
async function rosterOf(count: number, harm: typeof damaged): Promise<Buffer> {
  const rows = people(50_000 + count * 8);
  const start = seed + count;
  if (count % 3 === 0)
    return harm(
      await xlsxBytes([{ name: '花名册', columns: titles.map((title) => ({ title })), rows }]),
      start,
    );
  if (count % 3 === 1) {
    const sheet = harm(
      Buffer.from(`<worksheet>${cellsOf([titles, ...rows])}</worksheet>`),
      start,
      count % 2 === 0,
    );
    return workbookOf({ sheets: { a: '' }, parts: { 'xl/worksheets/sheet1.xml': sheet } });
  }
  return harm(Buffer.from([titles, ...rows].map((row) => row.join(',')).join('\n')), start, count % 2 === 0);
}

/** What an import writes when it is committed, and never before. */
const state = () =>
  t.db(async (ctx) => {
    const found = await sql<Record<'members' | 'events', number>>`
      select (select count(*)::int from member) as members,
        (select count(*)::int from member_event) as events`.execute(ctx.db);
    return found.rows[0]!;
  });

/** Sends one roster, commits what can be committed, and says what is wrong with what became of it. */
async function outcome(bytes: Buffer, seen: Map<string, number>): Promise<string | null> {
  const tell = (word: string) => seen.set(word, (seen.get(word) ?? 0) + 1);
  const before = await state();
  const registrar = t.as('registrar').memberImports;
  try {
    const run = await registrar.preview({ query: { fileName: '名册' } }, { raw: bytes });
    const { rows, accept, warn, reject, added, changed, unchanged } = run.counts;
    if (rows !== accept + warn + reject || accept + warn !== added + changed + unchanged)
      return `counts ${JSON.stringify(run.counts)}`;
    const previewed = await state();
    if (previewed.members !== before.members || previewed.events !== before.events)
      return 'a preview changed something';
    const { status } = await registrar.commit({ params: { id: run.id } });
    const after = await state();
    if (status !== 'committed' || after.members !== before.members + added)
      return `${status}, ${after.members - before.members} added instead of ${added}`;
    tell(added > 0 ? 'added' : 'read');
    return null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    tell('refused');
    if (error.status >= 500 || !/[\u4E00-\u9FFF]{4}/.test(error.message))
      return `${error.status} ${error.message}`;
    const after = await state();
    if (after.members !== before.members || after.events !== before.events)
      return `refused, yet ${JSON.stringify(after)} after ${JSON.stringify(before)}`;
    return null;
  }
}

// What the damaged ones are judged against, in each of the three dresses; damage alone may happen to spare none.
it.each([0, 1, 2])('adds all of a sound roster and refuses one cut off at its title (%i)', async (dress) => {
  const seen = new Map<string, number>();
  expect(await outcome(await rosterOf(dress, (bytes) => bytes), seen)).toBeNull();
  expect(await outcome(await rosterOf(dress, (bytes) => bytes.subarray(0, 20)), seen)).toBeNull();
  expect([...seen]).toEqual([
    ['added', 1],
    ['refused', 1],
  ]);
});

it(
  'does all of any damaged roster that it said it would do, or nothing',
  async () => {
    const wrong: string[] = [];
    const vitals = beginVitals();
    const first = 3 + random(seed)(1000);
    for (let count = first; count < first + 30 * effort; count += 1) {
      const bytes = await rosterOf(count, damaged);
      const why = await vitals.timed(`roster ${count}`, () => outcome(bytes, new Map()));
      if (why) wrong.push(`${count}: ${why}`);
    }
    expect([...wrong, ...faultsOf(`${30 * effort} rosters`, vitals.end())], `INPUT_SEED=${seed}`).toEqual([]);
  },
  120_000 * effort,
);
