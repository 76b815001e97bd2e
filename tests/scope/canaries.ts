import { catalogue } from '@smart-union/catalogue';
import { secrecyOf, type Secrecy } from '@smart-union/contract/secrecy.ts';
import type pg from 'pg';
import { sealedTables } from '../../server/commands/keys/sealed-columns.ts';
import type { Pii } from '../../server/kernel/pii.ts';
import { madeUpIdNumber } from '../../server/modules/members/factory.ts';
import type { Call, RouteName } from './probe.ts';

/** A value that stands nowhere else, so that wherever it is read it came from where it was put. */
export interface Canary {
  value: string;
  secrecy: Secrecy;
  /** `decision.note`, or the route it was sent to. */
  from: string;
  /** Where the row lies, if it lies somewhere, and whose it is. */
  path: string | null;
  owners: readonly string[];
}

const luhn = (body: string) => {
  const sum = [...body].toReversed().reduce((total, digit, at) => {
    const twice = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (twice > 9 ? twice - 9 : twice);
  }, 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
};

/** Values that must look like what they are. */
const numbers: Record<string, (count: number) => string> = {
  idNumber: (count) => madeUpIdNumber(9_000_000 + count),
  phone: (count) => String(19_900_000_000 + count),
  bankCard: (count) => luhn(`621799${String(count).padStart(12, '0')}`),
};

export const ranks: Record<Secrecy, number> = { L1: 1, L2: 2, L3: 3, L4: 4 };

export class Aviary {
  readonly known = new Map<string, Canary>();
  /** Values that are neither words nor numbers of ours: passwords. */
  readonly odd: string[] = [];

  /** A new value for a field: a number of its kind, or a word. */
  hatch(field: string, secrecy: Secrecy, from: string, place: Partial<Canary> = {}): string {
    const count = this.known.size;
    const value = numbers[field]?.(count) ?? `q${secrecy[1]}x${count.toString(36).padStart(8, '0')}z`;
    this.known.set(value, { value, secrecy, from, path: null, owners: [], ...place });
    return value;
  }

  /** A value that is sent as it is, since another would not be let in. */
  ring(value: string, from: string): void {
    if (value.length < 8 || this.known.has(value)) return;
    if (!/^\d{11,19}X?$/.test(value)) this.odd.push(value);
    this.known.set(value, { value, secrecy: 'L4', from, path: null, owners: [] });
  }

  find(text: string): Canary[] {
    const words = text.toLowerCase().match(/q[34]x[0-9a-z]{8}z/g) ?? [];
    const digits = text.replaceAll(/(?<=\d)[ -](?=\d)/g, '').match(/\d{11,19}X?/g) ?? [];
    const values = [...words, ...digits, ...this.odd.filter((one) => text.includes(one))];
    return [...new Set(values)].flatMap((value) => this.known.get(value) ?? []);
  }
}

const inCode = (column: string) =>
  column.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());

const formFields = Object.values(catalogue).flatMap((item) => item.form.flatMap((part) => part.fields));

/** Answers to every sealed question of the catalogue; what the question is follows from its kind. */
function sealedAnswers(aviary: Aviary, from: string, place: Partial<Canary>): string {
  const answers = formFields
    .filter((field) => field.sensitive)
    .map((field) => {
      const kind = { 'bank-card': 'bankCard', 'id-number': 'idNumber' }[field.kind as string] ?? 'words';
      return [field.id, aviary.hatch(kind, 'L4', `${from}.${field.id}`, place)];
    });
  return JSON.stringify(Object.fromEntries(answers));
}

/** Puts a value of its own into every L3 column of words and every sealed column of every row there is. */
export async function plantRows(aviary: Aviary, client: pg.Client, schema: string, pii: Pii): Promise<void> {
  const { rows: columns } = await client.query<{ table: string; column: string; type: string }>(
    `select c.table_name as table, c.column_name as column, c.data_type as type
      from information_schema.columns c join pg_tables t on t.schemaname = c.table_schema and t.tablename = c.table_name
      where c.table_schema = $1 and c.is_generated = 'NEVER'`,
    [schema],
  );
  for (const table of new Set(columns.map((one) => one.table))) {
    const own = columns.filter((one) => one.table === table);
    const words = own.filter(({ column, type }) => type === 'text' && secrecyOf(inCode(column)) === 'L3');
    const sealed = own.filter(({ column }) => column.endsWith('_sealed'));
    if (words.length + sealed.length === 0) continue;
    const key = sealedTables.find((one) => one.table === table)?.key ?? [];
    const { rows } = await client.query<Record<string, unknown>>(
      `select *, ctid::text as ctid from "${table}"`,
    );
    for (const row of rows) {
      const place = {
        path: (row.union_path ?? row.case_path ?? row.path ?? null) as string | null,
        owners: [
          'id',
          'member_id',
          'account_id',
          'owner_member_id',
          'for_account_id',
          'deputy_account_id',
        ].map((name) => String(row[name])),
      };
      const sets: [string, unknown][] = [];
      for (const { column } of words) {
        // JSON kept as text is filled through the routes.
        if (String(row[column] ?? '').startsWith('{')) continue;
        sets.push([column, aviary.hatch('words', 'L3', `${table}.${column}`, place)]);
      }
      for (const { column } of sealed.filter((one) => row[one.column] !== null)) {
        const field = inCode(column.replace(/_sealed$/, ''));
        const from = `${table}.${column}`;
        const text =
          field === 'answers' ? sealedAnswers(aviary, from, place) : aviary.hatch(field, 'L4', from, place);
        const at = key.map((name) => String(row[name])).join(' ');
        sets.push([column, pii.seal({ table, column, row: at }, text)]);
      }
      if (sets.length === 0) continue;
      const changes = sets.map(([column], index) => `"${column}" = $${index + 2}`).join(', ');
      await client.query(`update "${table}" set ${changes} where ctid = $1::tid`, [
        row.ctid,
        ...sets.map(([, value]) => value),
      ]);
    }
  }
}

/** The same call with a value of its own in everything that a person writes in her own words. */
export function plantCall(aviary: Aviary, name: RouteName, call: Call): Call {
  const walk = (value: unknown, field: string): unknown => {
    if (Array.isArray(value)) return value.map((one) => walk(one, field));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, walk(below, key)]));
    if (typeof value !== 'string') return value;
    const asked = formFields.find(({ id }) => id === field);
    const free = asked?.kind === 'text' || asked?.kind === 'long-text';
    const secrecy = asked ? (asked.sensitive ? 'L4' : 'L3') : secrecyOf(field, name);
    if (secrecy === 'L3' && (!asked || free)) return `${value} ${aviary.hatch('words', 'L3', `${name} ${field}`)}`; // prettier-ignore
    if (secrecy === 'L4') aviary.ring(value, `${name} ${field}`);
    return value;
  };
  const { query, body } = call;
  return {
    ...call,
    ...(query ? { query: walk(query, '') as Record<string, string> } : {}),
    ...(body === undefined ? {} : { body: walk(body, '') }),
  };
}

/**
 * The same call with a secret where it does not belong: in every part of the body and the address. What people write in
 * their own words is theirs and gets words.
 */
export function spoilCall(aviary: Aviary, name: RouteName, call: Call): Call {
  const walk = (value: unknown, field: string): unknown => {
    if (Array.isArray(value)) return value.map((one) => walk(one, field));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, walk(below, key)]));
    const free = secrecyOf(field, name) === 'L3';
    const kind = !free && aviary.known.size % 2 ? 'phone' : 'words';
    return aviary.hatch(kind, free ? 'L3' : 'L4', `${name}, misplaced`);
  };
  return {
    ...call,
    ...(call.params ? { params: walk(call.params, '') as Record<string, string> } : {}),
    ...(call.query ? { query: walk(call.query, '') as Record<string, string> } : {}),
    ...(call.body === undefined ? {} : { body: walk(call.body, '') }),
  };
}

/** Every text in a value, with the names of the fields on the way to it. JSON kept as text is opened. */
export function* textsIn(
  value: unknown,
  names: readonly string[] = [],
): Generator<[readonly string[], string]> {
  if (typeof value === 'object' && value !== null) {
    for (const [key, below] of Object.entries(value))
      yield* textsIn(below, Array.isArray(value) ? names : [...names, key]);
  } else if (typeof value === 'string' && /^[{[]/.test(value)) {
    let inside: unknown = null;
    try {
      inside = JSON.parse(value);
    } catch {
      yield [names, value];
    }
    if (inside !== null) yield* textsIn(inside, names);
  } else if (value !== null) yield [names, String(value)];
}

/** The class of the innermost field that has one; what nobody classified may hold nothing. */
export const classAt = (names: readonly string[], route?: RouteName): Secrecy =>
  names.map((name) => secrecyOf(inCode(name), route)).findLast((one) => one !== null) ?? 'L1';
