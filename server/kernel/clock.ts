import { randomSlice } from './random-slice.ts';

/** The platform's day is Shanghai's whatever the machine's zone; China keeps no summer time. */
const shanghaiDay = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short' });

const hourMillis = 3_600_000;
let knownHour = Number.NaN;
let knownDay = '';

/** 'YYYY-MM-DD' in Asia/Shanghai of an instant. Formatting costs as much as a small query, and nearly all ask of this hour. */
export function dayOf(instant: Date): string {
  const hour = Math.floor(instant.getTime() / hourMillis);
  if (hour !== knownHour) {
    knownDay = shanghaiDay.format(instant);
    knownHour = hour;
  }
  return knownDay;
}

export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

let lastMillis = 0;
let counter = 0;

/**
 * UUID version 7 (RFC 9562): 48 bits of milliseconds, then a counter, then 48 random bits. The counter (method 1 of the
 * RFC, 26 bits) makes ids of one process sort in the order they were made, also within a millisecond.
 */
export function uuidV7(now: Date): string {
  const millis = now.getTime();
  counter = millis === lastMillis ? (counter + 1) % 2 ** 26 : 0;
  lastMillis = millis;
  const bytes = randomSlice(16);
  bytes.writeUIntBE(millis, 0, 6);
  bytes.writeUInt16BE(0x7000 | (counter >>> 14), 6);
  bytes.writeUInt16BE(0x8000 | (counter & 0x3fff), 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
