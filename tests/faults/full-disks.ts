import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ArenaOptions } from './arena.ts';
import type { Nemesis } from './nemeses.ts';
import { smallDisk, type SmallDisk } from './small-disks.ts';

/** Small disks under the places that fill up, and the nemeses that fill them. Needs root; see `noSmallDisks`. */
export function fullDisks(): {
  nemeses: readonly Nemesis[];
  prepare: NonNullable<ArenaOptions['prepare']>;
} {
  const disks: Record<string, SmallDisk> = {};
  const filled = (name: string, disk: string, press?: Nemesis['strike']): Nemesis => ({
    name,
    biting: true,
    async strike(arena, millis) {
      disks[disk]!.fill();
      try {
        await press?.(arena, millis);
        await pause(millis);
      } finally {
        disks[disk]!.free();
      }
      return performance.now();
    },
  });
  return {
    nemeses: [
      filled('disk of uploads full', 'uploads'),
      filled('disk of data full', 'data'),
      filled('disk of WAL full', 'wal', async (arena) => {
        // Segments made in advance would do for a while.
        for (let time = 0; time < 40; time += 1) {
          const going = await arena.asOwner('select pg_switch_wal()').then(
            () => true,
            () => false,
          );
          if (!going) break;
          await pause(50);
        }
        return 0;
      }),
    ],
    prepare({ cluster, dataDir }) {
      disks.data = smallDisk(join(cluster, 'base'), 400);
      disks.wal = smallDisk(join(cluster, 'pg_wal'), 300);
      disks.uploads = smallDisk(dataDir, 64);
      return () => {
        for (const disk of Object.values(disks)) disk.unmount();
      };
    },
  };
}
