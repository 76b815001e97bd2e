import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { messages, parse } from './wire.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp({ poolSize: 1 });
});
afterAll(() => t?.close());

// PostgreSQL's text holds no NUL and no half of a pair; everything else comes back as it went.
const texts = fc.string({ unit: 'binary', maxLength: 300 }).map((text) => text.replaceAll('\u0000', ''));
const value = fc.oneof(
  fc.constant(null),
  texts,
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

const typed = (one: string | Buffer | null) =>
  typeof one === 'string' ? sql`${one}::text` : sql`${one}::bytea`;

it('brings every value to PostgreSQL and back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 40 }), async (values) => {
      const columns = values.map((one, index) => sql`${typed(one)} as ${sql.ref(`c${index}`)}`);
      const { rows } = await t.db((ctx) => sql`select ${sql.join(columns)}`.execute(ctx.db));
      expect(Object.values(rows[0] as object)).toEqual(values);
    }),
    { numRuns: 50 },
  );
});

it('carries what is larger than its buffer, and then what is small', async () => {
  const told = (one: string) =>
    t.db(
      async (ctx) => (await sql<{ one: string }>`select ${one}::text as one`.execute(ctx.db)).rows[0]!.one,
    );
  for (const one of ['工'.repeat(1_000_000), '会', '']) expect(await told(one)).toBe(one);
});

it('begins anew after a writing that broke off', () => {
  const whole = () => messages(() => parse('name', 'select 1'));
  const before = whole();
  const broken = () =>
    messages(() => {
      parse('half', 'select 2');
      throw new Error('broken off');
    });
  expect(broken).toThrow('broken off');
  expect(whole()).toEqual(before);
});
