import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiError } from '@smart-union/api-client';
import { testApp, type TestApp } from '../database/test-app.ts';
import { heicPhoto, jpegWithPlace, plainPdf, pngPhoto } from '../world/photos.ts';
import { damaged, effort, random, seed } from './effort.ts';
import { hostilePapers } from './hostile.ts';
import { beginVitals } from './vitals.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t?.close());

/** Ready, refused with a reason, or refused at the door: anything else is a fault of ours. */
async function outcome(name: string, bytes: Buffer): Promise<string> {
  // A second later: the clock of the tests stands still, and who uploads too often is turned away.
  t.addDays(1 / 86_400);
  try {
    const begun = await t.as('chen').files.begin({ body: { name, size: bytes.length } });
    const put = await t
      .as('chen')
      .files.append({ params: { id: begun.id }, query: { offset: 0 } }, { raw: bytes });
    // What lies about unused is bounded by its size, whatever became of it.
    await t.as('chen').files.remove({ params: { id: begun.id } });
    if (put.status === 'ready') return 'ready';
    return /[\u4E00-\u9FFF]{4}/.test(put.reason ?? '') ? 'refused' : `${put.status} without a reason`;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const atTheDoor = error.status === 400 && /[\u4E00-\u9FFF]{4}/.test(error.message);
    return atTheDoor ? 'turned away' : `${error.status} ${error.message}`;
  }
}

/** Made once, unless it is large: what the sender holds counts as memory of the server beside it. */
async function keptIfSmall<T extends readonly [string, Buffer]>(
  make: () => Promise<T>,
): Promise<() => Promise<T>> {
  const made = await make();
  return made[1].length > 2_000_000 ? make : async () => made;
}

const fine = ['ready', 'refused', 'turned away'];

it('takes or refuses everything made to hurt', async () => {
  const vitals = beginVitals('hostile uploads');
  for (const [what, make] of Object.entries(hostilePapers)) {
    const [name, bytes] = await make();
    const became = await vitals.timed(what, () => outcome(name, bytes));
    vitals.tally(`${what}: ${became}`);
    if (!fine.includes(became)) vitals.wrong(`${what}: ${became}`);
  }
  expect(vitals.end()).toEqual([]);
  const taken = [...vitals.outcomes.keys()].filter((line) => line.endsWith(': ready'));
  // Photos with something hung on are taken, for what is kept is the photo alone. Nothing else is.
  expect(taken.map((line) => line.replace(': ready', '')).toSorted()).toEqual([
    'XXE behind a photo',
    'formula payloads',
    'large image',
    'long names',
    'name that turns round',
    'paper and page',
    'photo and page',
    'photo and zip',
  ]);
});

it(
  'takes or refuses any damaged photo and paper, with a reason, and never breaks',
  async () => {
    const sound: [string, Buffer][] = [
      ['票据.jpg', await jpegWithPlace()],
      ['票据.png', await pngPhoto()],
      ['票据.heic', heicPhoto],
      ['票据.pdf', plainPdf()],
    ];
    const hostile = await Promise.all(Object.values(hostilePapers).map(keptIfSmall));
    const next = random(seed);
    const vitals = beginVitals('uploads');
    for (let count = 0; count < 200 * effort; count += 1) {
      // One in five is one made to hurt, and now and then the beginning of one kind stands on the rest of another.
      const [name, bytes] =
        next(5) === 0 ? await hostile[next(hostile.length)]!() : sound[next(sound.length)]!;
      const other = sound[next(sound.length)]![1];
      const mixed = next(8) === 0 ? Buffer.concat([bytes.subarray(0, 16), other]) : bytes;
      const became = await vitals.timed(name, () => outcome(name, damaged(mixed, seed + count)));
      vitals.tally(became);
      if (!fine.includes(became)) vitals.wrong(`${name} of ${count}: ${became}`);
    }
    expect(vitals.end(), `INPUT_SEED=${seed}`).toEqual([]);
    for (const became of ['ready', 'refused'])
      expect(vitals.outcomes.get(became) ?? 0, `INPUT_SEED=${seed}`).toBeGreaterThan(20 * effort);
  },
  120_000 * effort,
);
