import { afterAll, beforeAll, expect, it } from 'vitest';
import { effort, random, seed } from '../input/effort.ts';
import { beginVitals } from '../input/vitals.ts';
import type { Walker } from './people.ts';
import { reason, type Call, type RouteName } from './probe.ts';
import { ask } from './reach.ts';
import { buildScene, type Scene, type Side } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await buildScene();
});
afterAll(() => scene?.t.close());

const lookers = ['chair', 'townCadre', 'registrar', 'approver', 'auditor', 'treasurer', 'siblingChair', 'farChair', 'farRegistrar', 'farApprover'] as const; // prettier-ignore

/** Every way in which a cadre comes to see what is masked, and what of it counts once a day only. */
const looks: { name: RouteName; call(side: Side): Call; onceADay?: true }[] = [
  {
    name: 'members.disclose',
    call: (side) => ({ params: { id: side.member.id }, body: { fields: ['phone'], reason } }),
  },
  {
    name: 'cases.disclose',
    call: (side) => ({ params: { id: side.openCase }, body: { fields: ['diagnosis'], reason } }),
  },
  { name: 'files.content', call: (side) => ({ params: { id: side.fileId } }), onceADay: true },
];

/** 100,000 in `npm run fuzz`. */
const looksInAll = 160 * effort * (effort > 1 ? 25 : 1);

const told = async (side: Side) =>
  (
    (await ask(scene, 'members.myAccessLog', side.owner, { query: { pageSize: 1 } })).body as {
      total: number;
    }
  ).total;

it(
  'tells the member of every look that showed something, and of no other',
  async () => {
    const next = random(seed);
    const sides = [scene.near, scene.far];
    const before = await Promise.all(sides.map(told));
    const expected = [...before];
    const seen = new Set<string>();
    const vitals = beginVitals('looks');
    let day = await scene.t.db(async (ctx) => ctx.today);
    for (let count = 0; count < looksInAll; count += 1) {
      const at = next(2);
      const looker: Walker = lookers[next(lookers.length)]!;
      const { name, call, onceADay } = looks[next(looks.length)]!;
      let { status, code } = await vitals.timed(name, () => ask(scene, name, looker, call(sides[at]!)));
      if (status === 429) {
        // An hour later, or all but the first twenty of each would be turned away: the clock of the tests stands still.
        scene.t.addDays(61 / 1440);
        day = await scene.t.db(async (ctx) => ctx.today);
        ({ status, code } = await ask(scene, name, looker, call(sides[at]!)));
      }
      vitals.tally(`${name} ${status}`);
      if (status >= 500) vitals.wrong(`${name}: ${status} ${code}`);
      const key = `${day} ${name} ${looker} ${at}`;
      if (status === 200 && !(onceADay && seen.has(key))) expected[at]! += 1;
      if (status === 200) seen.add(key);
    }
    expect(vitals.end(), `INPUT_SEED=${seed}`).toEqual([]);
    expect(await Promise.all(sides.map(told)), `INPUT_SEED=${seed}`).toEqual(expected);
    // Enough looks succeeded on both sides, and some were refused.
    const { outcomes } = vitals;
    for (const { name } of looks) {
      expect(outcomes.get(`${name} 200`) ?? 0, name).toBeGreaterThan(looksInAll / 20);
      expect(outcomes.get(`${name} 404`) ?? 0, name).toBeGreaterThan(0);
    }
    for (const [index, count] of expected.entries()) expect(count).toBeGreaterThan(before[index]! + 5);
  },
  1000 * looksInAll,
);
