import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openArena, type Arena } from './arena.ts';
import { chance, rounds, seed, whole } from './effort.ts';
import { writeEvidence } from './evidence.ts';
import { fullDisks } from './full-disks.ts';
import { History } from './history.ts';
import { nemeses, type Nemesis } from './nemeses.ts';
import { playRound, type Round } from './round.ts';
import { noSmallDisks } from './small-disks.ts';

const played: Round[] = [];

/** Nothing may take longer to be told of, or to heal, on a machine that has nothing else to do. */
const bar = 10;
/** How much slower this one is just now: the built server starts within a second where nothing else runs. */
const slowness = (arena: Arena) => Math.max(1, arena.startSeconds / 1.5);

const measureOf = (nemesis: Nemesis) =>
  whole
    ? { faultMillis: nemesis.long ? 30_000 : 6000, before: 60, after: 60, claimants: 12, callers: 200 }
    : { faultMillis: 2000, before: 25, after: 15, claimants: 4, callers: 40 };

async function play(arena: Arena, history: History, nemesis: Nemesis): Promise<void> {
  for (let time = 0; time < rounds; time += 1) {
    const round = await playRound(arena, history, nemesis, measureOf(nemesis));
    played.push(round);
    const { findings, rude, failed, recoverySeconds, longestSeconds } = round;
    expect({ seed, findings, rude: [...new Set(rude)] }).toEqual({ seed, findings: [], rude: [] });
    if (nemesis.biting) expect(failed).toBeGreaterThan(0);
    expect(recoverySeconds).toBeLessThan(bar * slowness(arena));
    if (!nemesis.mute) expect(longestSeconds).toBeLessThan(bar * slowness(arena));
  }
}

describe(`with seed ${seed}, nothing acknowledged is lost and nothing is done twice:`, () => {
  let arena: Arena;
  const history = new History();
  beforeAll(async () => {
    arena = await openArena({ chance });
  });
  afterAll(() => arena?.close());
  it.each(nemeses.filter(({ always }) => whole || always).map((one) => [one.name, one] as const))(
    '%s',
    (_name, nemesis) => play(arena, history, nemesis),
    900_000,
  );
});

// Part of the whole run only, because it needs to mount; there it fails rather than be left out.
const whereRoomEnds = () => {
  const disks = fullDisks();
  let arena: Arena;
  const history = new History();
  beforeAll(async () => {
    expect(noSmallDisks()).toBeNull();
    arena = await openArena({ chance, prepare: disks.prepare });
  });
  afterAll(() => arena?.close());
  it.each(disks.nemeses.map((one) => [one.name, one] as const))(
    '%s',
    (_name, nemesis) => play(arena, history, nemesis),
    900_000,
  );
};
if (whole) describe('where there is no room left', whereRoomEnds);

afterAll(() => {
  if (whole) writeEvidence(played);
});
