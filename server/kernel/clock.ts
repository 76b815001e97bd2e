import { randomBytes } from 'node:crypto';

/** The platform's day is Shanghai's whatever the machine's zone; China keeps no summer time. */
const shanghaiDay = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short' });

/** 'YYYY-MM-DD' in Asia/Shanghai of an instant. */
export function dayOf(instant: Date): string {
  return shanghaiDay.format(instant);
}

export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** UUID version 7 (RFC 9562): 48 bits of milliseconds, then random; sorts by time of making. */
export function uuidV7(now: Date): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now.getTime(), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
