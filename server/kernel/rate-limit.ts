import { DomainError } from './errors.ts';

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * Token buckets per person (or address while anonymous) and route class, in this process. Members behind one mobile
 * gateway share an address, so a person's own bucket is what counts once she is signed in.
 */
export function rateLimiter(clock: { now(): Date }) {
  const buckets = new Map<string, Bucket>();
  return {
    /** Takes one token or throws `rate-exceeded` with the seconds to wait. `perMinute` 0 = no limit. */
    take(key: string, perMinute: number): void {
      if (perMinute === 0) return;
      const now = clock.now().getTime();
      const bucket = buckets.get(key) ?? { tokens: perMinute, at: now };
      bucket.tokens = Math.min(perMinute, bucket.tokens + ((now - bucket.at) / 60_000) * perMinute);
      bucket.at = now;
      if (buckets.size > 100_000) buckets.clear();
      buckets.set(key, bucket);
      if (bucket.tokens < 1) {
        throw new DomainError('rate-exceeded', {
          seconds: Math.ceil(((1 - bucket.tokens) / perMinute) * 60),
        });
      }
      bucket.tokens -= 1;
    },
  };
}
