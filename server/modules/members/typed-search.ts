import type { contract, InputOf } from '@smart-union/contract';
import { checkIdNumber } from '@smart-union/catalogue-kit/checks/id-number.ts';
import { checkPhone } from '@smart-union/catalogue-kit/checks/phone.ts';
import { sql } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';
import { inRanges, type Db, type Range } from '../../kernel/db.ts';

export type Query = Pick<InputOf<typeof contract.members.list>['query'], 'q' | 'under' | 'status'>;

/** Those who left are found only when asked for. */
export function membersIn(db: Db, ranges: readonly Range[], status: Query['status']) {
  const found = db.selectFrom('member').where(inRanges('member.union_path', ranges));
  return status ? found.where('member.status', '=', status) : found.where('member.status', '<>', 'left');
}

export type Found = ReturnType<typeof membersIn>;

const memberNumberForm = /^[A-Za-z0-9]{2,4}\d{9}$/;

export const after = (text: string) => `${text}\u{10FFFF}`;

/** A whole ID number, phone or member number finds by index and shows nothing it is part of. */
export interface Key {
  column: 'id_number_index' | 'phone_index' | 'member_number';
  value: Buffer | string;
}

export function keyIn(ctx: Ctx, typed: string): Key | null {
  const id = checkIdNumber(typed, { today: ctx.today });
  if (id.ok) return { column: 'id_number_index', value: ctx.pii.blindIndex('id-number', id.idNumber) };
  const phone = checkPhone(typed);
  if (phone.ok) return { column: 'phone_index', value: ctx.pii.blindIndex('phone', phone.phone) };
  const compact = typed.replace(/\s/g, '');
  return memberNumberForm.test(compact) ? { column: 'member_number', value: compact.toUpperCase() } : null;
}

/** What was typed as the beginning of something: of a name, of its pinyin or initials, or of a given name. */
export interface Beginning {
  of: 'name' | 'letters' | 'given';
  from: string;
}

export function beginningIn(typed: string): Beginning {
  const compact = typed.replace(/\s/g, '');
  // Not one condition for both: with letters only the pinyin can match, and a single range keeps the name index's order.
  return /[^\x20-\x7E]/.test(compact)
    ? { of: 'name', from: compact }
    : { of: 'letters', from: compact.toLowerCase() };
}

export function beginningWith(found: Found, of: Beginning['of'], from: string, to: string): Found {
  if (of === 'name')
    return found
      .where(sql<boolean>`member.name collate "C" >= ${from}`)
      .where(sql<boolean>`member.name collate "C" < ${to}`);
  if (of === 'given') return found.where('given_name', '>=', from).where('given_name', '<', to);
  return found.where((eb) =>
    eb.or([
      eb.and([eb('member.pinyin', '>=', from), eb('member.pinyin', '<', to)]),
      eb.and([eb('member.initials', '>=', from), eb('member.initials', '<', to)]),
    ]),
  );
}

/** What somebody typed: a key, else a beginning. */
export function matching(ctx: Ctx, found: Found, typed: string): Found {
  const key = keyIn(ctx, typed);
  if (key) return found.where(key.column, '=', key.value as never);
  const { of, from } = beginningIn(typed);
  return beginningWith(found, of, from, after(from));
}

/** People are also known by their given name alone. */
export const byGivenName = (found: Found, typed: string): Found =>
  beginningWith(found, 'given', typed, after(typed));
