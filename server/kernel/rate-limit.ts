import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Federation, Platform } from './context.ts';
import { inTransaction, nothing } from './db.ts';
import { DomainError } from './errors.ts';
import { defineJob } from './jobs.ts';

interface Bucket {
  tokens: number;
  at: number;
}

/** Whose call, to which route, and how many of them a minute are too many; 0 = no limit. */
export interface Limit {
  perMinute: number;
  /** The route's name in the contract where it has a limit of its own; '' counts all others together. */
  route: string;
  /** Account or member, or the address while anonymous. */
  person: string;
}

const tooMany = (missing: number, perMinute: number) =>
  new DomainError('rate-exceeded', { seconds: Math.max(1, Math.ceil((missing / perMinute) * 60)) });

/** More than these and all are forgotten: a bound on memory, not on callers. */
const bucketsAtMost = 100_000;

/**
 * Token buckets per person and route class. Members behind one mobile gateway share an address, so a person's own bucket is
 * what counts once she is signed in.
 *
 * A route with a limit of its own (sign-in, codes, exports) is counted in the database, over all servers. A server takes
 * tokens from there by the handful and gives them out itself, so the busiest such route asks once in thirty calls; and who
 * was turned away is turned away from memory until her time has come. The general limit keeps one caller from taking all
 * of a server, which is that server's own affair, and costs no statement.
 */
export function rateLimiter(platform: Pick<Platform, 'clock' | 'database'>) {
  const buckets = new Map<string, Bucket>();
  const handfuls = new Map<string, { left: number; until: number; shutUntil: number }>();

  const takeHere = ({ route, person, perMinute }: Limit): void => {
    const key = `${route} ${person}`;
    const now = platform.clock.now().getTime();
    const bucket = buckets.get(key) ?? { tokens: perMinute, at: now };
    bucket.tokens = Math.min(perMinute, bucket.tokens + ((now - bucket.at) / 60_000) * perMinute);
    bucket.at = now;
    if (buckets.size > bucketsAtMost) buckets.clear();
    buckets.set(key, bucket);
    if (bucket.tokens < 1) throw tooMany(1 - bucket.tokens, perMinute);
    bucket.tokens -= 1;
  };

  const takeShared = async (federation: Federation, limit: Limit): Promise<void> => {
    const { route, person, perMinute } = limit;
    const key = `${federation.code} ${route} ${person}`;
    const now = platform.clock.now();
    const held = handfuls.get(key) ?? { left: 0, until: 0, shutUntil: 0 };
    if (handfuls.size > bucketsAtMost) handfuls.clear();
    handfuls.set(key, held);
    const shut = held.shutUntil - now.getTime();
    // A clock that was put back must not shut anybody out for longer than a bucket takes to fill.
    if (shut > 0 && shut <= 60_000) throw tooMany((shut / 60_000) * perMinute, perMinute);
    if (held.left > 0 && now.getTime() < held.until) {
      held.left -= 1;
      return;
    }
    const handful = Math.max(1, Math.floor(perMinute / 20));
    const missing = await takeFrom(platform, federation, {
      key: createHash('sha256').update(`${route} ${person}`).digest(),
      now,
      perMinute,
      handful,
    });
    if (missing > 0) {
      held.shutUntil = now.getTime() + (missing / perMinute) * 60_000;
      throw tooMany(missing, perMinute);
    }
    held.left += handful - 1;
    // Kept no longer: what lies in one server's memory is missing from the others'.
    held.until = now.getTime() + 3000;
  };

  return {
    /** Takes one token or throws `rate-exceeded` with the seconds to wait. A promise only where the database is asked. */
    take(federation: Federation, limit: Limit): Promise<void> | null {
      if (limit.perMinute === 0) return null;
      if (limit.route !== '') return takeShared(federation, limit);
      takeHere(limit);
      return null;
    },
  };
}

interface Taking {
  key: Buffer;
  now: Date;
  perMinute: number;
  handful: number;
}

/**
 * Takes a handful from the shared bucket, in a transaction of its own: a call that fails has been made all the same. Gives
 * how many tokens are missing; 0 when they were there.
 */
async function takeFrom(
  { database }: Pick<Platform, 'database'>,
  { schema }: Federation,
  { key, now, perMinute, handful }: Taking,
): Promise<number> {
  // Clocks of two servers differ a little: time never runs backwards in a bucket.
  const filled = sql<number>`least(${perMinute}::real,
    b.tokens + greatest(0, extract(epoch from ${now}::timestamptz - b.at)) * ${perMinute / 60}::real)`;
  return inTransaction(database, schema, nothing, async ({ db }) => {
    const taken = await sql`
      insert into rate_bucket as b (key, tokens, at)
      values (${key}, ${perMinute - handful}::real, ${now})
      on conflict (key) do update set tokens = ${filled} - ${handful}::real, at = greatest(b.at, ${now}::timestamptz)
      where ${filled} >= ${handful}::real
      returning 1`.execute(db);
    if (taken.rows.length > 0) return 0;
    const found = await sql<{ tokens: number }>`
      select ${filled} as tokens from rate_bucket as b where key = ${key}`.execute(db);
    return Math.max(0.001, handful - (found.rows[0]?.tokens ?? 0));
  });
}

/** A bucket is full again after a minute, and a full one need not be remembered. */
export const sweepRates = defineJob({
  name: 'rates.sweep',
  schedule: { everyMinutes: 60 },
  async run(ctx) {
    const before = new Date(ctx.now.getTime() - 600_000);
    await ctx.db.deleteFrom('rate_bucket').where('at', '<', before).execute();
  },
});
