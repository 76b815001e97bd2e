import { statSync } from 'node:fs';
import { openKeyRing, ringPath, type KeyRing } from './key-ring.ts';
import type { SuiteName } from './suites.ts';

/** A ring that may change while the process runs. */
export interface LiveRing {
  /** The ring as it is now; the same object until it changes. */
  current(): KeyRing;
  /** Looks at once, for a value sealed with a key not known yet. */
  again(): KeyRing;
}

/** A second of sealing with the key before does no harm: `keys retire` waits far longer. */
const lookEveryMillis = 1000;

export const fixedRing = (ring: KeyRing): LiveRing => ({ current: () => ring, again: () => ring });

/**
 * The ring in `DATA_DIR/keys`, read again when `keys rotate` has replaced the file, so that no server need be restarted.
 * A file that cannot be read just now changes nothing: what is in memory still opens everything it did.
 */
export function liveKeyRing(dataDir: string, suite: SuiteName): LiveRing {
  let ring = openKeyRing(dataDir, suite);
  const mark = () => {
    const { ino, mtimeMs, size } = statSync(ringPath(dataDir));
    return `${ino} ${mtimeMs} ${size}`;
  };
  let seen = mark();
  let lookedAt = Date.now();
  const again = () => {
    lookedAt = Date.now();
    try {
      const now = mark();
      if (now !== seen) {
        ring = openKeyRing(dataDir, suite);
        seen = now;
      }
    } catch {
      return ring;
    }
    return ring;
  };
  // A clock that was put back must not keep the old key in use.
  const due = () => Math.abs(Date.now() - lookedAt) >= lookEveryMillis;
  return { current: () => (due() ? again() : ring), again };
}
