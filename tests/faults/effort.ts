import { random, seedOf } from '../input/effort.ts';

/** Set by `npm run faults`: so many long rounds of every nemesis. In `npm test` one short round of some. */
const wanted = process.env.FAULTS_ROUNDS;
export const whole = wanted !== undefined;
export const rounds = Number(wanted ?? 1);

/** Set FAULTS_SEED to repeat a whole run as far as chance decided it; what the machine decides it does not repeat. */
export const seed = seedOf(process.env.FAULTS_SEED, whole);
export const chance = random(seed);
