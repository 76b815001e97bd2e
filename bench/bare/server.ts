import { readFile } from 'node:fs/promises';
import type { World } from '../world.ts';
import { createBare } from './bare.ts';
import { serveCases } from './cases.ts';
import { serveHome } from './home.ts';
import { serveMembers } from './members.ts';
import { serveOverview } from './overview.ts';
import { servePayments } from './payments.ts';
import { servePhotos } from './photos.ts';

/**
 * The measure: what a good programmer writes in a day without the house's rules. Same database and indexes, prepared
 * statements, a pool of the same size, tokens checked as we check them (the session's row, remembered for three seconds) –
 * but no row-level security, no scope from grants, no audit, no idempotency, no sealing, no rules of the benefit, no
 * messages, no rollups, no validation. Names stand for the statements in PostgreSQL.
 */
export async function serveBare(worldFile: string): Promise<void> {
  const world = JSON.parse(await readFile(worldFile, 'utf8')) as World;
  const bare = createBare(world);
  for (const serve of [serveMembers, serveHome, serveCases, servePayments, serveOverview, servePhotos])
    serve(bare);
  await bare.app.listen({ port: world.barePort, host: '127.0.0.1' });
}
