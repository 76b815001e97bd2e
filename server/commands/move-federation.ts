import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type pg from 'pg';
import { compose } from '../compose.ts';
import { listFederations } from '../kernel/app.ts';
import { record } from '../kernel/audit.ts';
import type { Config } from '../kernel/config.ts';
import { inSystemContext, type Federation, type Platform } from '../kernel/context.ts';
import { appRole, rebuildSchema, type AppliedMigration } from '../kernel/migrations.ts';
import { requireSameKeys } from '../kernel/pii/same-keys.ts';
import { quoted, sequencesOf, tablesOf } from './archive/catalog.ts';
import { proveBooks, setSequences } from './archive/fill.ts';
import { Refusal, UsageError, type Command, type Terminal } from './command.ts';
import { copyFiles } from './move/copy-files.ts';
import { compareTables, copyTables, holdStill } from './move/copy-tables.ts';
import { refusingWrites } from './move/refuse-writes.ts';
import { requireSameRelease } from './move/same-release.ts';
import { readJobs, writeJobs } from './move/waiting-jobs.ts';
import { migrationsOf, withOwner, withPlatform } from './workplace.ts';

interface Move {
  terminal: Terminal;
  config: Config;
  platform: Platform;
  federation: Federation;
  source: pg.Client;
  target: pg.Client;
  targetUrl: string;
  /** What the source notes as the place it went to: without user and password. */
  peer: string;
  /** The data folder of the other servers; null when they share this one. */
  folder: string | null;
}

const placeOf = (url: string) => {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
};

async function has(client: pg.Client, sql: string, values: unknown[]): Promise<boolean> {
  return (await client.query(sql, values)).rowCount !== 0;
}

const stageOf = (client: pg.Client, code: string, stage: 'left' | 'arriving') =>
  has(client, 'select from platform.federation_move where code = $1 and stage = $2', [code, stage]);

/** Removes what an earlier, broken-off move left on the target. @throws Refusal for what is not ours */
async function clearTarget({ target, federation: { code, schema } }: Move): Promise<void> {
  const listed = await has(target, 'select from platform.federation where code = $1 or schema_name = $2', [
    code,
    schema,
  ]);
  if (listed) throw new Refusal(`目标库里已有代码为 ${code} 的总工会，没有迁移。请核对 DATABASE_URL_TO`);
  const there = await has(target, 'select from pg_namespace where nspname = $1', [schema]);
  if (there && !(await stageOf(target, code, 'arriving')))
    throw new Refusal(
      `目标库里有来历不明的 ${schema}（可能是从那里迁出前的旧数据），没有迁移。核对后请在目标库清除：` +
        `drop schema ${schema} cascade; delete from platform.migration where schema_name = '${schema}'; ` +
        `delete from platform.federation_move where code = '${code}'`,
    );
  await target.query(`drop schema if exists ${quoted(schema)} cascade`);
  await target.query('delete from platform.migration where schema_name = $1', [schema]);
  await target.query('delete from platform.federation_move where code = $1', [code]);
}

/** Everything into the target, compared and proved, in one transaction there; nobody is served from it yet. */
async function copy(move: Move, applied: readonly AppliedMigration[]): Promise<void> {
  const { terminal, source, target, platform, federation, peer } = move;
  const { id, code, name, schema } = federation;
  const tables = await tablesOf(source, schema);
  terminal.out('等待正在写入的业务结束\n');
  await holdStill(source, schema, tables);
  // The level the proof of the ledger asks for.
  await target.query('begin isolation level repeatable read');
  await clearTarget(move);
  await rebuildSchema(target, migrationsOf(terminal), schema, applied);
  const pair = { terminal, source, target, schema };
  const rows = await copyTables(pair, tables);
  await setSequences(target, schema, await sequencesOf(source, schema));
  await compareTables(pair, tables);
  for (const line of await proveBooks(target, { federations: [{ code, name, schema }] }, platform.pii))
    terminal.out(`${line}\n`);
  const now = new Date();
  for (const one of applied)
    await target.query(
      'insert into platform.migration (schema_name, name, checksum, applied_at) values ($1, $2, $3, $4)',
      [schema, one.name, one.checksum, now],
    );
  const jobs = await readJobs(source, code);
  await target.query(
    `insert into platform.federation_move (code, stage, at, peer, content) values ($1, 'arriving', $2, $3, $4)`,
    [code, now, peer, JSON.stringify({ id, name, schema, jobs })],
  );
  await target.query('commit');
  terminal.out(`已复制并核对 ${rows.toLocaleString('en')} 行、${jobs.length} 项待办任务\n`);
}

/** The step that decides, in the transaction whose locks still hold: from now on the source serves it no more. */
async function close({ source, federation: { id, code, schema }, peer }: Move): Promise<void> {
  await source.query(
    `insert into platform.federation_move (code, stage, at, peer, content) values ($1, 'left', $2, $3, $4)`,
    [code, new Date(), peer, JSON.stringify({ id })],
  );
  await source.query('delete from platform.federation where id = $1', [id]);
  await source.query(`revoke usage on schema ${quoted(schema)} from ${appRole}`);
  await source.query('commit');
}

/** Lists it on the target, with its jobs. */
async function list(target: pg.Client, code: string): Promise<void> {
  await target.query('begin');
  await target.query(
    `insert into platform.federation (id, code, name, schema_name, created_at)
    select (content->>'id')::uuid, code, content->>'name', content->>'schema', at
    from platform.federation_move where code = $1 and stage = 'arriving'`,
    [code],
  );
  await writeJobs(target, code);
  await target.query('delete from platform.federation_move where code = $1', [code]);
  await target.query('commit');
}

/** The other database, with the queue's tables, and with our keys or refused. */
async function prepare({ terminal, platform, config, source, target, targetUrl, federation }: Move) {
  const release = { schema: federation.schema, targetUrl, migrations: migrationsOf(terminal) };
  const applied = await requireSameRelease(source, target, release);
  await requireSameKeys(targetUrl, platform.pii.fingerprint, new Date());
  const server = await compose({ config, databaseUrl: targetUrl, root: terminal.root });
  await server.platform.jobs.ready().finally(() => server.close());
  await platform.jobs.ready();
  return applied;
}

async function move(work: Move): Promise<void> {
  const { terminal, platform, config, federation, source, target, peer, folder } = work;
  const { code, name } = federation;
  const applied = await prepare(work);
  terminal.out(`从现在起 ${name} 只能查看、不能办理，直到迁移结束\n`);
  await refusingWrites(platform.database.ownerUrl, { code, peer }, async () => {
    // The refusal is for everybody else.
    await inSystemContext(platform, { ...federation, moving: false }, '命令行', (ctx) =>
      record(ctx, {
        kind: 'move.started',
        subject: 'federation',
        subjectId: federation.id,
        unionPath: 'f',
        data: { to: peer },
      }),
    );
    await copy(work, applied);
    if (folder)
      await copyFiles(terminal, source, { schema: federation.schema, from: config.dataDir, to: folder });
    terminal.out('原库登记迁出\n');
    await close(work);
    await list(target, code);
  });
}

/** What is left to do of a move that was broken off after the source had closed. Returns whether there was anything. */
async function finish(source: pg.Client, target: pg.Client, code: string): Promise<boolean> {
  if (!(await stageOf(source, code, 'left'))) return false;
  const known = await target.query<{ yes: boolean }>(
    `select to_regclass('platform.federation_move') is not null as yes`,
  );
  if (!known.rows[0]!.yes || !(await stageOf(target, code, 'arriving'))) return false;
  await list(target, code);
  return true;
}

function targetOf(terminal: Terminal): string {
  const url = terminal.env.DATABASE_URL_TO;
  if (!url || !/^postgres(ql)?:\/\//.test(url))
    throw new UsageError(
      '请用环境变量 DATABASE_URL_TO 写明迁往哪个数据库，例如 DATABASE_URL_TO=postgres://用户:口令@主机:5432/smart_union',
    );
  return url;
}

function folderOf(typed: string | undefined): string | null {
  if (typed === undefined) return null;
  const folder = resolve(typed);
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new Refusal(`没有文件夹 ${folder}，没有迁移。请先建好，它就是新服务器的 DATA_DIR`);
  return folder;
}

export const moveFederationCommand: Command = {
  words: ['federation', 'move'],
  takes: ['代码'],
  options: {
    files: {
      value: '文件夹',
      zh: '新服务器的 DATA_DIR：把本总工会的文件也复制过去；不写则新旧服务器共用同一个 DATA_DIR',
    },
  },
  zh: '把一个总工会迁到另一个 PostgreSQL（DATABASE_URL_TO）：期间只能查看、不能办理；逐表核对，中断后原库照常，可再次运行',
  en: 'Move a federation to another PostgreSQL (DATABASE_URL_TO): read-only meanwhile, compared table by table; may be broken off and run again',
  run: (terminal, { positionals: [code = ''], options }) => {
    const targetUrl = targetOf(terminal);
    const folder = folderOf(options.files);
    return withPlatform(terminal, (platform, { platform: { config } }) =>
      withOwner(platform.database.ownerUrl, (source) =>
        withOwner(targetUrl, async (target) => {
          const federation = (await listFederations(platform)).find((one) => one.code === code);
          const peer = placeOf(targetUrl);
          if (federation)
            await move({ terminal, config, platform, federation, source, target, targetUrl, peer, folder });
          else if (!(await finish(source, target, code)))
            throw new Refusal(
              `没有代码为 ${code} 的总工会，或它已经迁走。现有的见：npm run cli -- federation list`,
            );
          terminal.out(
            `${code} 已迁到 ${peer}。下一步：把它的网址指向连接新库的服务器` +
              `${folder ? `（DATA_DIR=${folder}）` : '（文件没有复制，新服务器要用同一个 DATA_DIR）'}；` +
              `原库的 ${federation?.schema ?? '旧数据'} 留作核对，无人能写\n`,
          );
          return true;
        }),
      ),
    );
  },
};
