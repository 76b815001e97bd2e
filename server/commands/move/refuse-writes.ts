import { setTimeout } from 'node:timers/promises';
import { hearsWithinMillis } from '../../kernel/app.ts';
import { Refusal } from '../command.ts';
import { withOwner } from '../workplace.ts';

/** Number of the lock of who moves a federation, beside the hash of its code. */
const moveLock = 735_902_022;
/** Writes are refused no longer than this after the mover was killed. */
const leaseSeconds = 20;
const renewMillis = 4000;

/**
 * Has every server refuse the federation's writes for as long as `work` takes. A lease, renewed while this process lives: when it
 * is killed the source serves again by itself. It only makes the refusal quick and plain; that nothing is written is the doing
 * of the locks of the copy. `peer` says where to. @throws Refusal when somebody else is moving it
 */
export async function refusingWrites<T>(
  url: string,
  { code, peer }: { code: string; peer: string },
  work: () => Promise<T>,
): Promise<T> {
  return withOwner(url, async (client) => {
    const got = await client.query<{ yes: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as yes', [
      moveLock,
      code,
    ]);
    if (!got.rows[0]?.yes) throw new Refusal(`另一个命令正在迁移 ${code}，请等它结束`);
    const renew = () =>
      client.query(
        `insert into platform.federation_move (code, stage, at, peer)
        values ($1, 'leaving', now() + $2 * interval '1 second', $3)
        on conflict (code, stage) do update set at = excluded.at, peer = excluded.peer`,
        [code, leaseSeconds, peer],
      );
    await renew();
    // A lease that could not be renewed ends, and the locks go on: writers then wait and are told the system is busy.
    const renewing = setInterval(() => void renew().catch(() => {}), renewMillis);
    try {
      await setTimeout(hearsWithinMillis + 1000);
      return await work();
    } finally {
      clearInterval(renewing);
      await client.query(`delete from platform.federation_move where code = $1 and stage = 'leaving'`, [
        code,
      ]);
    }
  });
}
