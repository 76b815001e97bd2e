import { describe, expect, it } from 'vitest';
import { CompiledQuery } from 'kysely';
import { PendingWrites } from './pending-writes.ts';

const query = (sql: string, ...values: unknown[]) => CompiledQuery.raw(sql, values);
const put = (table: string, ...values: unknown[]) =>
  query(`insert into "${table}" ("a", "b") values ($1, $2)`, ...values);

describe('pending writes', () => {
  it('are sent as one statement, their values numbered through', () => {
    const pending = new PendingWrites();
    expect(pending.keep(put('task', 1, 2))).toBe(true);
    expect(pending.keep(query('update "case" set "x" = $1 where "id" = $2', 3, 4))).toBe(true);
    expect(pending.keep(query('insert into c (a) select * from unnest($1::text[])', ['5']))).toBe(true);
    const { sql, parameters } = pending.take()!;
    expect(sql).toBe(
      'with w0 as (insert into "task" ("a", "b") values ($1, $2)), w1 as (update "case" set "x" = $3 where "id" = $4) ' +
        'insert into c (a) select * from unnest($5::text[])',
    );
    expect(parameters).toEqual([1, 2, 3, 4, ['5']]);
    expect(pending.take()).toBeNull();
  });

  it('stay as they are when there is one', () => {
    const pending = new PendingWrites();
    const one = put('task', 1, 2);
    pending.keep(one);
    expect(pending.take()).toBe(one);
  });

  it('of the same table are never together: one would not see what the other did', () => {
    const pending = new PendingWrites();
    pending.keep(put('task', 1, 2));
    expect(pending.keep(query('update task set a = $1', 3))).toBe(false);
  });

  it.each([
    'update task set a = 1 from "case" where "case".id = task.case_id',
    'insert into task (a) select id from "case"',
    'insert into task (a) values ($1) returning id',
    'with head as (update audit_lane set a = 1 returning a) select a from head',
    'delete from task where id = $1',
    'select 1',
  ])('are not joined when they read: %s', (sql) => {
    expect(new PendingWrites().keep(query(sql, 1))).toBe(false);
  });

  it('are sent apart when they carry much', () => {
    const pending = new PendingWrites();
    expect(pending.keep(query('insert into a values …', ...Array.from({ length: 500 }, () => 1)))).toBe(
      false,
    );
  });
});
