import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiError } from '@smart-union/api-client';
import { xlsxBytes } from '../../server/kernel/sheets/write-xlsx.ts';
import { workbookOf } from '../../server/kernel/sheets/factory.ts';
import { madeUpIdNumber } from '../../server/modules/members/factory.ts';
import { testApp, type TestApp } from '../database/test-app.ts';
import { damaged, effort, random, seed } from './effort.ts';
import { hostileRosters } from './hostile.ts';
import { beginVitals } from './vitals.ts';

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

/** Another letter in one of the cells, out of any alphabet; the table stays one. */
function harmCell(row: string[], next: (below: number) => number): void {
  const column = next(row.length);
  const letters = [...row[column]!];
  letters[next(letters.length)] = String.fromCodePoint(0x2e + next(0x9000));
  row[column] = letters.join('');
}

const cellsOf = (rows: string[][]) =>
  `<sheetData>${rows.map((row) => `<row>${row.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join('')}</row>`).join('')}</sheetData>`;

/** One roster in four dresses: a workbook harmed as bytes, the XML inside a sound one, a list of text, and single cells of one. */
async function rosterOf(count: number, harm: typeof damaged): Promise<Buffer> {
  const rows = people(50_000 + count * 8);
  const start = seed + count;
  if (count % 4 === 0)
    return harm(
      await xlsxBytes([{ name: '花名册', columns: titles.map((title) => ({ title })), rows }]),
      start,
    );
  if (count % 4 === 1) {
    const sheet = harm(
      Buffer.from(`<worksheet>${cellsOf([titles, ...rows])}</worksheet>`),
      start,
      count % 2 === 0,
    );
    return workbookOf({ sheets: { a: '' }, parts: { 'xl/worksheets/sheet1.xml': sheet } });
  }
  if (count % 4 === 2) {
    const next = random(start);
    for (const row of rows) if (next(2) === 0) harmCell(row, next);
    return Buffer.from([titles, ...rows].map((row) => row.join(',')).join('\n'));
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
async function outcome(bytes: Buffer, tell: (became: string) => void): Promise<string | null> {
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

// What the damaged ones are judged against, in each of the four dresses; damage alone may happen to spare none.
it.each([0, 1, 3])('adds all of a sound roster and refuses one cut off at its title (%i)', async (dress) => {
  const seen: string[] = [];
  const tell = (became: string) => seen.push(became);
  expect(await outcome(await rosterOf(dress, (bytes) => bytes), tell)).toBeNull();
  expect(await outcome(await rosterOf(dress, (bytes) => bytes.subarray(0, 20)), tell)).toBeNull();
  expect(seen).toEqual(['added', 'refused']);
});

it('refuses every roster made to hurt, or takes what is sound of it', async () => {
  const vitals = beginVitals('hostile rosters');
  for (const [index, [what, make]] of Object.entries(hostileRosters).entries()) {
    const bytes = await make([titles, ...people(20_000 + index * 8)]);
    const tell = (became: string) => vitals.tally(`${what}: ${became}`);
    const why = await vitals.timed(what, () => outcome(bytes, tell));
    if (why) vitals.wrong(`${what}: ${why}`);
  }
  expect(vitals.end()).toEqual([]);
  const taken = [...vitals.outcomes.keys()].filter((line) => line.endsWith(': added'));
  // Without the formulas, and each in the cell where it stood; names that would be formulas are refused row by row.
  expect(taken.map((line) => line.replace(': added', '')).toSorted()).toEqual([
    'formulas as formulas',
    'merged cells',
    'merged names',
  ]);
}, 240_000);

it(
  'does all of any damaged roster that it said it would do, or nothing',
  async () => {
    const vitals = beginVitals('rosters');
    const hostile = Object.entries(hostileRosters);
    const next = random(seed);
    const first = 3 + next(1000);
    for (let count = first; count < first + 30 * effort; count += 1) {
      // One in five is one made to hurt, damaged like the rest.
      const [what, make] = next(5) === 0 ? hostile[next(hostile.length)]! : ['roster', null];
      const bytes = make
        ? damaged(await make([titles, ...people(50_000 + count * 8)]), seed + count)
        : await rosterOf(count, damaged);
      const why = await vitals.timed(`${what} ${count}`, () => outcome(bytes, vitals.tally));
      if (why) vitals.wrong(`${what} ${count}: ${why}`);
    }
    expect(vitals.end(), `INPUT_SEED=${seed}`).toEqual([]);
  },
  120_000 * effort,
);
