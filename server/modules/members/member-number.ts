import { sql } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';

/**
 * Check digit by ISO/IEC 7064 MOD 11,10: one digit, catches every single wrong digit and nearly every swapped pair, so a
 * number read out over the telephone is not somebody else's.
 */
export function checkDigitOf(digits: string): string {
  let product = 10;
  for (const digit of digits) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return String((11 - product) % 10);
}

/** 'HAIL000012345': up to four letters of the federation's code, eight digits running, one check digit. */
export function memberNumber(federationCode: string, running: number): string {
  const letters = federationCode
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 4)
    .toUpperCase();
  const digits = String(running).padStart(8, '0');
  return `${letters}${digits}${checkDigitOf(digits)}`;
}

/** Takes `count` running numbers at once and returns the first. Numbers of a rolled-back transaction are given again. */
export async function takeNumbers(ctx: Ctx, count: number): Promise<number> {
  const taken = await sql<{ last: number }>`
    insert into member_counter as counter (id, last) values (1, ${count}::bigint)
    on conflict (id) do update set last = counter.last + excluded.last returning last`.execute(ctx.db);
  return taken.rows[0]!.last - count + 1;
}
