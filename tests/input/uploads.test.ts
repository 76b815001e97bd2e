import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiError } from '@smart-union/api-client';
import { testApp, type TestApp } from '../database/test-app.ts';
import { heicPhoto, jpegWithPlace, plainPdf, pngPhoto } from '../world/photos.ts';
import { damaged, effort, random, seed } from './effort.ts';
import { beginVitals, faultsOf } from './vitals.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t?.close());

/** Ready, refused with a reason, or refused at the door: anything else is a fault of ours. */
async function outcome(name: string, bytes: Buffer): Promise<string> {
  try {
    const begun = await t.as('chen').files.begin({ body: { name, size: bytes.length } });
    const put = await t
      .as('chen')
      .files.append({ params: { id: begun.id }, query: { offset: 0 } }, { raw: bytes });
    if (put.status === 'ready') return 'ready';
    return /[\u4E00-\u9FFF]{4}/.test(put.reason ?? '') ? 'refused' : `${put.status} without a reason`;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const clear = error.status >= 400 && error.status < 500 && /[\u4E00-\u9FFF]{4}/.test(error.message);
    return clear ? 'refused' : `${error.status} ${error.message}`;
  }
}

it(
  'takes or refuses any damaged photo and paper, with a reason, and never breaks',
  async () => {
    const whole: [string, Buffer][] = [
      ['票据.jpg', await jpegWithPlace()],
      ['票据.png', await pngPhoto()],
      ['票据.heic', heicPhoto],
      ['票据.pdf', plainPdf()],
    ];
    const outcomes = new Map<string, number>();
    const next = random(seed);
    const vitals = beginVitals();
    for (let count = 0; count < 200 * effort; count += 1) {
      const [name, bytes] = whole[count % whole.length]!;
      // Now and then the beginning of one kind on the rest of another: a file of two faces.
      const other = whole[next(whole.length)]![1];
      const mixed = next(8) === 0 ? Buffer.concat([bytes.subarray(0, 16), other]) : bytes;
      const key = await vitals.timed(name, () => outcome(name, damaged(mixed, seed + count)));
      outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
    }
    expect(faultsOf(`${200 * effort} uploads`, vitals.end()), `INPUT_SEED=${seed}`).toEqual([]);
    expect([...outcomes.keys()].toSorted(), `INPUT_SEED=${seed}`).toEqual(['ready', 'refused']);
  },
  120_000 * effort,
);
