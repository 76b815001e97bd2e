import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkIdNumber } from '@smart-union/catalogue-kit/checks/id-number.ts';
import { root } from '../../tests/database/template.ts';
import { at, dropDatabases, emptyDatabase } from './factory.ts';
import { commands } from './run-command.ts';
import { fictitiousMember } from './seed.ts';

let folder: string;
let url: string;

beforeAll(async () => {
  url = await emptyDatabase();
  folder = await mkdtemp(join(tmpdir(), 'smart-union-commands-'));
});

afterAll(async () => {
  await dropDatabases();
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => at(url, join(folder, 'data'), { DEMO: '1' })(...args);

async function count(table: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const found = await client.query(`select count(*)::int as count from fed_hailing.${table}`);
  await client.end();
  return found.rows[0].count;
}

it('helps in Chinese and English, and exits with 2 for what it does not understand', async () => {
  const help = await run('--help');
  expect(help.code).toBe(0);
  for (const { words, zh, en } of commands) {
    expect(help.out).toContain(words.join(' '));
    expect(help.out).toContain(zh);
    expect(help.out).toContain(en);
    expect((await run(...words, '--help')).out).toContain(zh);
  }
  expect(await run('fly')).toMatchObject({ code: 2 });
  expect(await run('federation', 'create', 'x')).toMatchObject({ code: 2 });
  expect(await run('seed', '--unions', 'many', '--members', '1')).toMatchObject({ code: 2 });
  expect(await run('federation', 'list', '--loud')).toMatchObject({ code: 2 });
});

it('creates a federation, imports its rosters twice and proves the books', async () => {
  expect((await run('import', 'unions', 'x.xlsx')).code).toBe(1);
  expect(await run('federation', 'create', 'Hailing', '泰州市海陵区总工会')).toMatchObject({ code: 1 });
  expect(await run('federation', 'create', 'hailing', '泰州市海陵区总工会')).toMatchObject({ code: 0 });
  expect(await run('federation', 'create', 'hailing', '泰州市海陵区总工会')).toMatchObject({ code: 1 });
  expect((await run('federation', 'list')).out).toContain('hailing\t泰州市海陵区总工会');
  const rosters = join(folder, 'rosters');
  await cp(join(root, 'tests/data/roster-hailing'), rosters, { recursive: true });
  expect(await run('import', 'unions', join(rosters, 'unions.xlsx'))).toMatchObject({ code: 0 });
  const first = await run('import', 'members', join(rosters, 'members.xlsx'));
  expect(first.code).toBe(0);
  expect(first.out).toContain('接受 1840，接受但有提示 17，退回 143');
  expect(await readdir(rosters)).toContain('members-退回.xlsx');
  const members = await count('member');
  const again = await run('import', 'members', join(rosters, 'members.xlsx'));
  expect(again.out).toContain('新增 0，更改 0');
  expect(await readdir(rosters)).toContain('members-退回-2.xlsx');
  expect(await count('member')).toBe(members);
  expect(await run('audit', 'verify')).toMatchObject({ code: 0 });
  expect(await run('reconcile')).toMatchObject({ code: 0 });
});

it('seeds people who do not exist, and others the next time', async () => {
  const before = await count('member');
  expect(await run('seed', '--unions', '60', '--members', '3000')).toMatchObject({ code: 0 });
  expect(await run('seed', '--unions', '60', '--members', '3000')).toMatchObject({ code: 0 });
  expect(await count('member')).toBe(before + 6000);
  expect(await run('reconcile')).toMatchObject({ code: 0 });
  const union = { id: 'u', path: 'f.1' };
  const numbers = new Set(
    Array.from({ length: 5000 }, (_, index) => fictitiousMember(index * 2999, union).idNumber),
  );
  expect(numbers.size).toBe(5000);
  for (const idNumber of numbers) expect(checkIdNumber(idNumber).ok).toBe(true);
});

it('finds books that were tampered with', async () => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `update fed_hailing.rollup_delta set amount = amount + 1 where id = (select min(id) from fed_hailing.rollup_delta)`,
  );
  const drifted = await run('reconcile');
  expect(drifted.code).toBe(1);
  expect(drifted.out).toContain('统计不符');
  expect(await run('reconcile', '--repair')).toMatchObject({ code: 0 });
  await client.query(
    `update fed_hailing.audit_event set payload = replace(payload, '命令行', '别人') where sequence = 1`,
  );
  await client.end();
  const broken = await run('audit', 'verify');
  expect(broken.code).toBe(1);
  expect(broken.out).toContain('断开');
});

it('plays the bank only for a batch that was sent', async () => {
  const refused = await run('demo', 'bank-return', 'B-1');
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('没有找到');
});
