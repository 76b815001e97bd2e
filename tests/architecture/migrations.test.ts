import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { statementsOf } from '../../server/kernel/migrations.ts';
import { faultsOf } from './migration-rules.ts';

const folder = fileURLToPath(new URL('../../db/migrations', import.meta.url));
/** Migrations of before the first release, when no server had to go on while another was put in place. */
const beforeRelease = 41;

const files = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.sql'));
const numberOf = (name: string) => Number(/(\d{4})_/.exec(name)![1]);
const faultsIn = (name: string) => faultsOf(statementsOf(readFileSync(join(folder, name), 'utf8')));

describe('a server of the release before goes on through a migration', () => {
  it('that is one of the files', () => {
    expect(files.length).toBeGreaterThan(20);
    const held = files.filter((name) => numberOf(name) > beforeRelease);
    expect(held.flatMap((name) => faultsIn(name).map((fault) => `${name}: ${fault}`))).toEqual([]);
  });

  it.each([
    ['drop table member', 'takes away'],
    ['alter table member drop column phone_masked', 'takes away'],
    ['alter table member add column a int, drop column phone_masked', 'takes away'],
    ['revoke insert on member from smart_union_app', 'takes away'],
    ['alter table member rename column name to full_name', 'renames'],
    ['alter table member rename to person', 'renames'],
    ['alter table member alter column name type varchar(80)', 'changes a type'],
    ['alter table member alter name set data type varchar(80)', 'changes a type'],
    ['alter table member add column nickname text not null', 'not null without a default'],
    ['alter table "case" alter column note set not null', 'makes a column not null'],
    ['alter table "case" alter column note drop default', 'makes a column not null'],
    ['alter table member add column token uuid not null default gen_random_uuid()', 'rewrites the table'],
    ["alter table member add constraint sex check (sex in ('male', 'female'))", 'without "not valid"'],
    [
      'alter table member add constraint u foreign key (union_id) references "union" (id)',
      'without "not valid"',
    ],
    ['alter table member add column fund_id uuid references fund (id)', 'without "not valid"'],
    ['alter table member add constraint one unique (phone_index)', 'without "using index"'],
    ['create index member_name on member (name)', 'without "concurrently"'],
    ['create unique index member_name on "member" (name)', 'without "concurrently"'],
    ["update member set sex = 'female'", 'work for a job'],
    ['delete from session', 'work for a job'],
    ['alter table member add column a int;\nalter table "case" add column b int', 'one table a file'],
    ['create index concurrently a on member (name);\nalter table member add column b int', 'file of its own'],
  ])('not by %s', (text, fault) => {
    expect(faultsOf(statementsOf(`${text};`)).join('; ')).toContain(fault);
  });

  it.each([
    'alter table member add column nickname text',
    "alter table member add column nickname text not null default ''",
    'create index concurrently member_name on member (name)',
    "alter table member add constraint sex check (sex in ('male')) not valid",
    'alter table member validate constraint sex',
    'alter table member drop constraint member_status_check',
    'alter table member alter column nickname drop not null',
    'alter table member add constraint one unique using index member_one',
    'create table badge (id uuid primary key, member_id uuid not null references member (id), unique (member_id));\n' +
      'create index badge_member on badge (member_id);\nalter table badge add column title text not null',
    'grant select, insert on badge to smart_union_app',
  ])('but by %s', (text) => {
    expect(faultsOf(statementsOf(`${text};`))).toEqual([]);
  });

  it('and what was made before the first release shows that the rules bite', () => {
    const old = files.filter((name) => numberOf(name) <= beforeRelease);
    expect(old.filter((name) => faultsIn(name).length > 0).length).toBeGreaterThan(2);
  });
});
