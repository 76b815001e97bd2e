import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataFolderInUseError } from './data-folder-lock.ts';
import { startEmbedded } from './launch.ts';

let dataDir: string;

beforeEach(() => {
  // Closed to everybody else, as a home folder is: as root the server must work inside it all the same.
  dataDir = join(mkdtempSync(join(tmpdir(), 'embedded-test-')), 'data');
});

afterEach(() => rmSync(join(dataDir, '..'), { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  // A killed server also breaks idle moments of the connection; the query itself reports it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function postmasterPid(): number {
  return Number(readFileSync(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
}

async function waitUntil(what: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(50)) {
    if (await what()) return;
  }
  throw new Error(`still waiting for ${what.toString()}`);
}

describe('a first start', () => {
  test('makes a UTF-8 cluster with checksums that knows Chinese, durable by default', async () => {
    const db = await startEmbedded({ dataDir });
    try {
      expect(db.firstStart).toBe(true);
      await query(db.url, 'create extension pg_trgm');
      const [row] = await query(
        db.url,
        `select current_setting('server_encoding') as encoding, current_setting('data_checksums') as checksums,
                current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
                current_setting('timezone') as zone, current_setting('jit') as jit,
                array_length(show_trgm('海陵区总工会'), 1) > 0 as trigrams,
                '张' < '李' collate "zh-x-icu" as pinyin`,
      );
      expect(row).toEqual({
        encoding: 'UTF8',
        checksums: 'on',
        fsync: 'on',
        commit: 'on',
        zone: 'UTC',
        jit: 'off',
        trigrams: true,
        pinyin: false,
      });
    } finally {
      await db.stop();
    }
    const again = await startEmbedded({ dataDir });
    expect(again.firstStart).toBe(false);
    await again.stop();
  });

  test('works when the umask closes every new file to others', async () => {
    const before = process.umask(0o077);
    const db = await startEmbedded({ dataDir, disposable: true }).finally(() => process.umask(before));
    expect(await query(db.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await db.stop();
  });

  test('keeps its own copy of the programs, with the libraries they are linked to by name', async () => {
    // Open to the server's user, the folder takes the copy itself; a closed one sends it elsewhere (the other tests).
    chmodSync(join(dataDir, '..'), 0o755);
    const db = await startEmbedded({ dataDir, disposable: true });
    const home = join(dataDir, 'postgres');
    const program = readdirSync(home).find((name) => name.startsWith('program-'));
    const libraries = readdirSync(join(home, String(program), 'lib'), { withFileTypes: true });
    expect(libraries.filter((entry) => entry.isSymbolicLink()).length).toBeGreaterThan(0);
    expect(await query(db.url, 'show server_version')).toEqual([{ server_version: '18.4' }]);
    await db.stop();
  });

  test('begins again after an initdb that was killed half way', async () => {
    mkdirSync(join(dataDir, 'postgres/cluster.new/base'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres/password'), 'from the killed start');
    const db = await startEmbedded({ dataDir, disposable: true });
    expect(db.firstStart).toBe(true);
    await db.stop();
  });

  test('keeps the password to our own user', async () => {
    const db = await startEmbedded({ dataDir, disposable: true });
    expect(statSync(join(dataDir, 'postgres/password')).mode & 0o077).toBe(0);
    const wrong = db.url.replace(/:[^:@]+@/, ':wrong@');
    await expect(query(wrong, 'select 1')).rejects.toThrow(/password authentication failed/);
    await db.stop();
  });
});

describe('after SIGKILL', () => {
  test('of the database the data is still there, on the same address', async () => {
    const said: string[] = [];
    const db = await startEmbedded({ dataDir, log: (line) => said.push(line) });
    await query(db.url, 'create table paid (fen bigint)');
    await query(db.url, 'insert into paid values (10000)');
    const killed = postmasterPid();
    process.kill(killed, 'SIGKILL');
    await waitUntil(() => query(db.url, 'select fen from paid').then((rows) => rows.length === 1, () => false)); // prettier-ignore
    expect(postmasterPid()).not.toBe(killed);
    await waitUntil(() => said.includes('数据库已恢复'));
    await db.stop();
  });

  test('of the database, stop and a new start find the data', async () => {
    const first = await startEmbedded({ dataDir });
    await query(first.url, 'create table kept (n int)');
    process.kill(postmasterPid(), 'SIGKILL');
    await first.stop();
    const second = await startEmbedded({ dataDir });
    expect(await query(second.url, 'select count(*)::int as n from kept')).toEqual([{ n: 0 }]);
    await second.stop();
  });

  test('a server process that is still computing does not block the next start', async () => {
    const first = await startEmbedded({ dataDir, disposable: true });
    const busy = query(first.url, 'select count(*) from generate_series(1, 100000000000)');
    const ended = expect(busy).rejects.toThrow();
    await waitUntil(async () => {
      const [row] = await query(first.url, `select count(*)::int as n from pg_stat_activity where query ~ 'generate'`); // prettier-ignore
      return Number(row?.['n']) > 1;
    });
    process.kill(postmasterPid(), 'SIGKILL');
    await first.stop();
    const second = await startEmbedded({ dataDir, disposable: true });
    await ended;
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await second.stop();
  });

  test('a pid file whose number now belongs to another program does not block the next start', async () => {
    const first = await startEmbedded({ dataDir, disposable: true });
    const pidFile = join(dataDir, 'postgres/cluster/postmaster.pid');
    const text = readFileSync(pidFile, 'utf8');
    await first.stop();
    writeFileSync(pidFile, text.replace(/^\d+/, String(process.pid)));
    chmodSync(pidFile, 0o644);
    const second = await startEmbedded({ dataDir, disposable: true });
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await second.stop();
  });
});

describe('the data folder', () => {
  test('is refused to a second instance, in both languages', async () => {
    const first = await startEmbedded({ dataDir, disposable: true });
    const second = startEmbedded({ dataDir, disposable: true });
    await expect(second).rejects.toThrow(DataFolderInUseError);
    await expect(second).rejects.toThrow(
      /正由另一个运行中的智慧工会使用（进程号 \d+）[\s\S]*is in use by another/,
    );
    expect(await query(first.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await first.stop();
    await (await startEmbedded({ dataDir, disposable: true })).stop();
  });

  test('never shows a value of a failed statement in its log', async () => {
    const db = await startEmbedded({ dataDir, disposable: true });
    await query(db.url, 'create table person (id text primary key)');
    await query(db.url, `insert into person values ('321202199001011234')`);
    await expect(query(db.url, `insert into person values ('321202199001011234')`)).rejects.toThrow();
    await expect(query(db.url, `select '321202199001011234x'::int`)).rejects.toThrow();
    await db.stop();
    const log = readFileSync(join(dataDir, 'postgres/postgres.log'), 'utf8');
    expect(log).toContain('database system is shut down');
    expect(log).not.toContain('321202199001011234');
  });
});
