import { randomBytes } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Ctx } from '../../server/kernel/context.ts';
import { hashOf } from '../../server/kernel/auth.ts';
import { startEmbedded, type EmbeddedDatabase } from '../../server/kernel/embedded/launch.ts';
import { listPostgresOf } from '../../server/kernel/embedded/process-identity.ts';
import { fictitiousMember } from '../../server/commands/seed.ts';
import { enrolMembers } from '../../server/modules/members/index.ts';
import { root } from '../database/template.ts';
import { mortal, type Answered, type Mortal } from './killed.ts';
import type { Bank } from './bank.ts';
import { openGateway, type Gateway } from './gateway.ts';
import { buildServer, piiKeys, removeFolder, setStage, temporaryFolder, type Stage } from './stage.ts';
import { layWire, type Wire } from './wire.ts';

export interface Claimant {
  token: string;
  number: number;
  phone: string;
}

/** A real server and a real database, each of which may be harmed at any moment, and everything needed to do it. */
export interface Arena {
  stage: Stage;
  /** How long the server took to start: what this machine can do just now. */
  startSeconds: number;
  server: Mortal;
  wire: Wire;
  database: EmbeddedDatabase;
  /** Where the server sends text messages. */
  gateway: Gateway;
  bank: Bank;
  /** The database's own folder. */
  cluster: string;
  /** The server's: uploads, keys. */
  dataDir: string;
  /** Every request sent, since `answered` was last emptied. */
  answered: Answered[];
  /** Refusals that are no fault in this play. */
  expected: ReadonlySet<string>;
  chance: (below: number) => number;
  nextName(): string;
  /** People who never claimed, with a session each. */
  enrol(count: number): Promise<Claimant[]>;
  /** A statement as the database's owner, on a connection of its own past the wire. */
  asOwner(text: string): Promise<pg.QueryResult>;
  postgresPids(): number[];
  /** Resolves when the database takes connections again. */
  databaseBack(): Promise<void>;
  setClock(shiftMillis: number): Promise<void>;
  close(): Promise<void>;
}

export interface ArenaOptions {
  chance: Arena['chance'];
  settings?: Record<string, string>;
  /** Called with the folders before server and database are started on them; the cluster is there, the data folder empty. */
  prepare?: (folders: { cluster: string; dataDir: string }) => () => void;
}

/** Builds server and world on a database of our own that writes as the real one does. */
export async function openArena({ chance, settings = {}, prepare }: ArenaOptions): Promise<Arena> {
  buildServer();
  const folder = await temporaryFolder();
  const home = join(folder, 'database');
  const dataDir = join(folder, 'data');
  const cluster = join(home, 'postgres/cluster');
  const closing: (() => unknown)[] = [() => removeFolder(folder)];
  const close = async () => {
    for (const end of closing.splice(0).toReversed()) await end();
  };
  try {
    let database = await startEmbedded({ dataDir: home });
    let stop = () => database.stop();
    closing.push(() => stop());
    if (prepare) {
      await database.stop();
      await mkdir(dataDir);
      const undo = prepare({ cluster, dataDir });
      // After the database has stopped, before the folder goes.
      closing.splice(1, 0, undo);
      database = await startEmbedded({ dataDir: home });
      stop = () => database.stop();
    }
    const asOwner = async (text: string) => {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      try {
        return await client.query(text);
      } finally {
        await client.end();
      }
    };
    const stage = await setStage(database.url, dataDir);
    closing.push(() => stage.close());
    await stage.db(async (ctx) => {
      const far = new Date('2099-01-01T00:00:00Z');
      await ctx.db.updateTable('session').set({ seen_at: far, expires_at: far }).execute();
    });
    const wire = await layWire(database.url);
    closing.push(() => wire.close());
    const gateway = await openGateway();
    closing.push(() => gateway.close());
    const clock = join(folder, 'clock');
    const answered: Answered[] = [];
    const server = await mortal(
      {
        DATA_DIR: dataDir,
        DATABASE_URL: wire.url,
        SMS_GATEWAY_URL: gateway.url,
        PII_KEYS: piiKeys,
        POOL_SIZE: '8',
        LOG_LEVEL: 'warn',
        MIN_FREE_MB: '0',
        NODE_OPTIONS: `--import ${join(root, 'tests/faults/shifted-clock.mjs')}`,
        CLOCK_SHIFT: clock,
        ...settings,
      },
      (one) => void answered.push(one),
    );
    closing.push(() => server.kill());
    const began = performance.now();
    await server.start();
    const startSeconds = (performance.now() - began) / 1000;
    let people = 0;
    let names = 0;
    return {
      stage,
      startSeconds,
      server,
      wire,
      database,
      gateway,
      bank: { manner: 'well', troubled: 0 },
      cluster,
      dataDir,
      answered,
      expected: new Set(['claim-not-entitled', 'batch-empty', 'fund-insufficient']),
      chance,
      nextName: () => String((names += 1)),
      enrol: (count) => {
        const from = people;
        people += count;
        return stage.db((ctx) => enrol(ctx, stage, from, count));
      },
      asOwner,
      postgresPids: () => listPostgresOf(cluster),
      databaseBack: async () => {
        // A killed one may still let somebody in while it dies: twice in a row means it is back.
        for (let good = 0; good < 2; await sleep(50))
          good = await asOwner('select 1').then(
            () => good + 1,
            () => 0,
          );
      },
      setClock: (shift) => writeClock(clock, shift),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function writeClock(path: string, shift: number): Promise<void> {
  await writeFile(`${path}.new`, String(shift));
  await rename(`${path}.new`, path);
}

async function enrol(ctx: Ctx, stage: Stage, from: number, count: number): Promise<Claimant[]> {
  const { id, path } = stage.world.unions.pumps;
  const people = Array.from({ length: count }, (_, index) => fictitiousMember(from + index, { id, path }));
  const ids = await enrolMembers(ctx, people);
  const far = new Date('2099-01-01T00:00:00Z');
  const claimants = ids.map((memberId, index) => ({
    memberId,
    token: randomBytes(32).toString('base64url'),
    number: 1000 + from + index,
    phone: people[index]!.phone!,
  }));
  const times = { created_at: ctx.now, seen_at: far, expires_at: far };
  const rows = claimants.map(({ memberId, token }) => ({
    token_hash: hashOf(token),
    kind: 'member' as const,
    csrf_token: 'test',
    account_id: null,
    member_id: memberId,
    ...times,
  }));
  await ctx.db.insertInto('session').values(rows).execute();
  return claimants;
}
