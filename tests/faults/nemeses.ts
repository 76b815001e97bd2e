import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Arena } from './arena.ts';
import type { BankManner } from './bank.ts';
import type { Manner } from './gateway.ts';
import { signalProcess } from '../../server/kernel/embedded/postmaster.ts';

/** Harms the arena for a while and takes it back. */
export interface Nemesis {
  name: string;
  /** The server itself cannot answer meanwhile, so nothing is asked about how long an answer took. */
  mute?: true;
  /** Requests must fail of it: one that nobody notices proves nothing. */
  biting?: true;
  /** Half a minute in the whole run: as long as a machine that swaps, or a virtual one that is moved, may stand still. */
  long?: true;
  /** Played in `npm test` too. */
  always?: true;
  /** Gives the instant (`performance.now()`) at which nothing more was done to it; what was killed is up again by itself. */
  strike(arena: Arena, millis: number): Promise<number>;
}

const lasting = (
  name: string,
  begin: (arena: Arena) => unknown,
  end: (arena: Arena) => unknown,
  marks: Pick<Nemesis, 'mute' | 'biting' | 'long' | 'always'> = {},
): Nemesis => ({
  name,
  ...marks,
  async strike(arena, millis) {
    await begin(arena);
    await pause(millis);
    await end(arena);
    return performance.now();
  },
});

const repeated = (name: string, act: (arena: Arena) => unknown): Nemesis => ({
  name,
  biting: true,
  async strike(arena, millis) {
    for (const until = Date.now() + millis; Date.now() < until; await pause(100 + arena.chance(300)))
      await act(arena);
    return performance.now();
  },
});

const postmasterOf = (arena: Arena) =>
  Number(readFileSync(join(arena.cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);

async function killPostmaster(arena: Arena): Promise<void> {
  const old = postmasterOf(arena);
  process.kill(old, 'SIGKILL');
  await once(() => postmasterOf(arena) !== old);
}

/** Another postmaster's folder holds no number for a moment while it is being started. */
async function once(holds: () => boolean): Promise<void> {
  for (;;) {
    try {
      if (holds()) return;
    } catch {
      // Not there just now.
    }
    await pause(20);
  }
}

async function killBackend(arena: Arena): Promise<void> {
  const { rows } = await arena.asOwner(
    `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
    order by random() limit 1`,
  );
  const [one] = rows as { pid: number }[];
  if (one) signalProcess(one.pid, 'SIGKILL');
}

const signalAll = (arena: Arena, signal: NodeJS.Signals) => {
  for (const pid of arena.postgresPids()) signalProcess(pid, signal);
};

const jump = (name: string, shiftMillis: () => number, marks: Pick<Nemesis, 'always'> = {}): Nemesis =>
  lasting(
    name,
    (arena) => arena.setClock(shiftMillis()),
    (arena) => arena.setClock(0),
    marks,
  );

const hour = 3_600_000;
/** Shanghai's day turns at 16:00 UTC; the server gets there a second after the jump. */
const untilMidnight = () => 24 * hour - ((Date.now() + 8 * hour) % (24 * hour)) - 1000;

const gatewayThat = (name: string, manner: Manner, marks: Pick<Nemesis, 'always'> = {}): Nemesis =>
  lasting(
    name,
    ({ gateway }) => (gateway.manner = manner),
    ({ gateway }) => (gateway.manner = 'well'),
    { biting: true, ...marks },
  );

/** Lasts until a batch has come back so, which takes as long as it takes to approve and pay it. */
const bankThat = (name: string, manner: BankManner, marks: Pick<Nemesis, 'always'> = {}): Nemesis => ({
  name,
  biting: true,
  ...marks,
  async strike({ bank }, millis) {
    const before = bank.troubled;
    bank.manner = manner;
    await pause(millis);
    for (const until = Date.now() + 60_000; bank.troubled === before && Date.now() < until;) await pause(50);
    bank.manner = 'well';
    return performance.now();
  },
});

let hogs: pg.Client[] = [];

export const nemeses: readonly Nemesis[] = [
  {
    name: 'server killed',
    mute: true,
    biting: true,
    async strike(arena) {
      await arena.server.kill();
      const over = performance.now();
      await arena.server.start();
      return over;
    },
  },
  {
    name: 'postmaster killed',
    biting: true,
    async strike(arena) {
      const over = performance.now();
      await killPostmaster(arena);
      return over;
    },
  },
  {
    // PostgreSQL ends all others with it and recovers.
    name: 'a backend killed',
    biting: true,
    always: true,
    async strike(arena) {
      await killBackend(arena);
      const over = performance.now();
      await pause(200);
      return over;
    },
  },
  {
    name: 'server and postmaster killed',
    mute: true,
    biting: true,
    async strike(arena) {
      const back = killPostmaster(arena);
      await arena.server.kill();
      const over = performance.now();
      await back;
      await arena.server.start();
      return over;
    },
  },
  lasting(
    'server stopped',
    ({ server }) => server.signal('SIGSTOP'),
    ({ server }) => server.signal('SIGCONT'),
    { mute: true, long: true },
  ),
  lasting(
    'database stopped',
    (arena) => signalAll(arena, 'SIGSTOP'),
    (arena) => signalAll(arena, 'SIGCONT'),
    { long: true },
  ),
  lasting(
    'database 500 ms away',
    ({ wire }) => wire.setWeather({ delayMillis: 250 }),
    ({ wire }) => wire.setWeather({}),
  ),
  lasting(
    'database behind 20 kB/s',
    ({ wire }) => wire.setWeather({ bytesPerSecond: 20_000 }),
    ({ wire }) => wire.setWeather({}),
  ),
  repeated('connections reset', ({ wire }) => wire.cut()),
  repeated('answers cut in the middle', ({ wire }) => wire.cutMidAnswer()),
  lasting(
    'connections refused',
    ({ wire }) => wire.cut({ refusing: true }),
    ({ wire }) => wire.restore(),
    { biting: true },
  ),
  lasting(
    'wire silent (half-open)',
    ({ wire }) => wire.fallSilent(),
    ({ wire }) => wire.restore(),
    { biting: true, always: true },
  ),
  lasting(
    'connections used up',
    async (arena) => (hogs = await takeAllConnections(arena)),
    () => Promise.all(hogs.map((hog) => hog.end())),
    { biting: true },
  ),
  jump('clock an hour ahead', () => hour),
  jump('clock an hour back', () => -hour),
  jump('clock over midnight', untilMidnight, { always: true }),
  jump('clock over leap day', () => Date.parse('2028-02-28T15:59:58Z') - Date.now()),
  gatewayThat('SMS gateway silent', 'silent'),
  gatewayThat('SMS gateway failing', 'failing', { always: true }),
  gatewayThat('SMS gateway answering late', 'late'),
  gatewayThat('SMS gateway answering twice', 'twice'),
  bankThat('return files twice', 'twice'),
  bankThat('return files in parts', 'parts'),
  bankThat('return files reordered', 'reordered', { always: true }),
  bankThat('return files of another batch', 'mixed'),
];

/** Whatever the database still gives, and whatever the server then loses: its connections are ended and taken too. */
async function takeAllConnections(arena: Arena): Promise<pg.Client[]> {
  const hogs: pg.Client[] = [];
  const grab = async () => {
    for (;;) {
      const hog = new pg.Client({ connectionString: arena.database.url });
      hog.on('error', () => {});
      try {
        await hog.connect();
        hogs.push(hog);
      } catch {
        await hog.end().catch(() => {});
        return;
      }
    }
  };
  await grab();
  arena.wire.cut();
  for (let time = 0; time < 20; time += 1) {
    await grab();
    await pause(20);
  }
  return hogs;
}
