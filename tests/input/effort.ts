/** How many times the usual number of tries: 1 in `npm test`, 25 in `npm run fuzz`. */
export const effort = Number(process.env.FUZZ_EFFORT ?? 1);

/**
 * What chance begins with: `given`, to repeat a run whose message told it. Else `npm test` tries the same cases each time, so
 * that what is red there is red because of a change, and the `whole` runs try new ones.
 */
export const seedOf = (given: string | undefined, whole: boolean): number =>
  Number(given ?? (whole ? Math.floor(Math.random() * 2 ** 31) : 20_261_121));

export const seed = seedOf(process.env.INPUT_SEED, effort > 1);

/** A small generator of its own, so that a failing case can be run again by its seed. Below 2^32. */
export function random(start: number): (below: number) => number {
  // Neighbouring seeds must not begin alike.
  let state = Math.imul((start ^ (start >>> 15)) >>> 0, 0x2c1b3c6d) >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 13), 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A copy with some bytes changed, cut short, or with a part of it twice. `printable`: by signs of ASCII only. */
export function damaged(bytes: Buffer, start: number, printable = false): Buffer {
  const next = random(start);
  const copy = Buffer.from(bytes);
  const times = 1 + next(8);
  for (let time = 0; time < times; time += 1) {
    copy[next(copy.length)] = printable ? 32 + next(95) : next(256);
  }
  if (next(4) === 0) return copy.subarray(0, next(copy.length));
  return next(6) === 0 ? Buffer.concat([copy, copy.subarray(next(copy.length))]) : copy;
}
