import type { CompiledQuery, Insertable } from 'kysely';
import type { Tables } from '../tables.gen.ts';
import type { Transaction } from '../db.ts';
import type { Db } from './connection.ts';

/** Stands for a value while a statement's text is made. */
class Slot {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
}

interface Buildable<R> {
  compile(db: Db): CompiledQuery<R>;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const isList = (value: unknown): value is readonly Record<string, unknown>[] =>
  Array.isArray(value) && isRecord(value[0]);

/** The values in a fixed order; what is not given, and how many records a list has, make another text. */
function flatten(values: Record<string, unknown>, flat: unknown[]): string {
  let shape = '';
  for (const key of Object.keys(values)) {
    const value = values[key];
    if (value === undefined) shape += `-${key}`;
    else if (isList(value)) {
      shape += `${key}[`;
      for (const one of value) shape += `${flatten(one, flat)},`;
      shape += ']';
    } else {
      shape += key;
      flat.push(value);
    }
    shape += ' ';
  }
  return shape;
}

function slotsFor<P>(values: Record<string, unknown>, next: { index: number }): P {
  const slots: Record<string, unknown> = {};
  for (const key of Object.keys(values)) {
    const value = values[key];
    if (value === undefined) continue;
    slots[key] = isList(value) ? value.map((one) => slotsFor(one, next)) : new Slot(next.index++);
  }
  return slots as P;
}

const checking = process.env.NODE_ENV === 'test';

/** In tests: the text made with the values themselves is the same, so `build` did hand them on untouched. */
function check<R>(made: CompiledQuery<R>, plan: CompiledQuery<R>, parameters: readonly unknown[]): void {
  const same = made.parameters.length === parameters.length && made.parameters.every((value, index) => Object.is(value, parameters[index])); // prettier-ignore
  if (made.sql !== plan.sql || !same) throw new Error(`a statement that depends on its values: ${made.sql}`);
}

/** What a statement is sent on: a context, or the bare transaction. */
type On = Pick<Transaction, 'db' | 'ask' | 'later' | 'require'>;

export interface Statement<P, R> {
  /** Its rows. */
  (on: On, values: P, shape?: string): Promise<R[]>;
  /** Sent without waiting; see `Transaction.later`. */
  later(on: On, values: P, shape?: string): void;
  /** Sent without waiting, and `judge` told of its rows before anything asked behind it is answered; see Transaction. */
  require(on: On, values: P, judge: (rows: R[]) => void, shape?: string): void;
}

/**
 * A query whose text is made once and then only bound: building and compiling one costs more than many of them take in
 * the database, so what runs in every request is written this way.
 *
 * `build` is given stand-ins and may only hand them on to the query (never read, join or compare them); which values are
 * `undefined`, how many records a list of records has, and `shape` may change the text. Values: scalars, dates, buffers,
 * arrays of scalars, and lists of records of these.
 */
export function statement<P extends Record<string, unknown>, R>(
  build: (db: Db, values: P, shape: string) => Buildable<R>,
): Statement<P, R> {
  const plans = new Map<string, CompiledQuery<R>>();
  const bind = (ctx: On, values: P, shape: string): CompiledQuery<R> => {
    const flat: unknown[] = [];
    const key = `${shape}|${flatten(values, flat)}`;
    let plan = plans.get(key);
    if (!plan) {
      plan = build(ctx.db, slotsFor<P>(values, { index: 0 }), shape).compile(ctx.db);
      plans.set(key, plan);
    }
    const parameters = plan.parameters.map((one) => (one instanceof Slot ? flat[one.index] : one));
    if (checking) check(build(ctx.db, values, shape).compile(ctx.db), plan, parameters);
    return { ...plan, parameters };
  };
  const run = (ctx: On, values: P, shape = '') => ctx.ask(bind(ctx, values, shape));
  return Object.assign(run, {
    require: (ctx: On, values: P, judge: (rows: R[]) => void, shape = '') =>
      ctx.require(bind(ctx, values, shape), judge),
    later: (ctx: On, values: P, shape = '') => ctx.later(bind(ctx, values, shape)),
  });
}

/** Inserts one row. */
export const insertion = <T extends keyof Tables & string>(table: T) =>
  statement((db, row: Insertable<Tables[T]>) => db.insertInto(table).values(row as never));
