import type { Writable } from 'node:stream';
import pg from 'pg';
import { bind, close, describe, execute, messages, parse } from './wire.ts';

/** A statement on its way, and where its answer goes. */
export interface Step {
  text: string;
  /** Texts, bytes and nulls, as they go over the wire. */
  values: readonly (string | Buffer | null)[];
  /** Prepared once per connection under this name; without one, each time. */
  name: string | undefined;
  /** Told of the answer before anybody hears of any; what it throws is the failure of this step and all behind it. */
  judge: ((answer: Answer) => void) | undefined;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

export interface Answer {
  rows: Record<string, unknown>[];
  /** Rows read or changed. */
  count: number;
  /** What was done, in PostgreSQL's words: 'SELECT 3', 'INSERT 0 1', 'COMMIT'. */
  command: string;
}

interface Field {
  name: string;
  read(text: string): unknown;
}

/** What a statement answers. `empty`: a row before its values; to copy it is cheaper than to add names to an empty object. */
interface Shape {
  fields: readonly Field[];
  empty: Record<string, unknown>;
}

const noShape: Shape = { fields: [], empty: {} };

/** A statement as one connection knows it. `shape`: once it has told it. `doubtful`: it may not have come through. */
interface Known {
  shape: Shape | null;
  doubtful: boolean;
}

export type KnownStatements = Map<string, Known>;

function failureOf({ judge }: Step, answer: Answer): object | null {
  try {
    judge?.(answer);
    return null;
  } catch (error) {
    return error as object;
  }
}

const { prepareValue } = (
  pg as unknown as { utils: { prepareValue(value: unknown): string | Buffer | null } }
).utils;

/** Values as they go over the wire; throws on what PostgreSQL has no text for. */
export const wireValues = (values: readonly unknown[]) => values.map((value) => prepareValue(value));

/**
 * Several statements in one message of the extended protocol, answered together: one packet and one wake-up each way, where
 * each statement sent by itself takes its own. Outside an explicit transaction they are one transaction. When one fails,
 * those behind it are not run and fail with it.
 *
 * A `Submittable` of pg. A statement a connection has run before is bound by its name and not described again.
 */
export class Batch {
  readonly #steps: readonly Step[];
  readonly #known: KnownStatements;
  readonly #answered: () => void;
  readonly #answers: Answer[] = [];
  /** Of the statement that is being answered. */
  #shape: Shape | null = null;
  #rows: Answer['rows'] = [];
  #broken: { error: object } | null = null;

  /** `answered` is told when all is answered, or nothing more will come. */
  constructor(steps: readonly Step[], known: KnownStatements, answered: () => void) {
    this.#steps = steps;
    this.#known = known;
    this.#answered = answered;
  }

  get texts(): readonly string[] {
    return this.#steps.map(({ text }) => text);
  }

  submit(connection: unknown): null {
    const { stream } = connection as { stream: Writable };
    const bytes = messages(() => {
      for (const step of this.#steps) this.#write(step);
    });
    if (stream.writable) stream.write(bytes);
    return null;
  }

  #write({ name = '', text, values }: Step): void {
    const known = this.#known.get(name);
    const anew = !known || known.doubtful;
    if (known?.doubtful) close(name);
    if (anew) {
      parse(name, text);
      if (name) this.#known.set(name, { shape: null, doubtful: false });
    }
    bind(name, values);
    if (anew || !known.shape) describe();
    execute();
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#shape = {
      fields: fields.map(({ name, dataTypeID }) => ({ name, read: pg.types.getTypeParser(dataTypeID) })),
      empty: Object.fromEntries(fields.map(({ name }) => [name, null])),
    };
  }

  handleDataRow({ fields: texts }: { fields: readonly (string | null)[] }): void {
    try {
      const { fields, empty } = this.#shape ?? this.#knownNow()?.shape ?? noShape;
      const row = { ...empty };
      for (let at = 0; at < texts.length; at += 1) {
        const { name, read } = fields[at]!;
        const text = texts[at]!;
        if (text !== null) row[name] = read(text);
      }
      this.#rows.push(row);
    } catch (error) {
      // Thrown here it would end the connection for all; the statement itself has gone well.
      this.#broken ??= { error: error as object };
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    const known = this.#knownNow();
    // Described and no row told of: it has none to tell.
    if (known) known.shape ??= this.#shape ?? noShape;
    const count = Number(text.slice(text.lastIndexOf(' ') + 1)) || 0;
    this.#answers.push({ rows: this.#rows, count, command: text });
    this.#shape = null;
    this.#rows = [];
  }

  #knownNow(): Known | undefined {
    const { name } = this.#steps[this.#answers.length]!;
    return name === undefined ? undefined : this.#known.get(name);
  }

  handleReadyForQuery(): void {
    this.#settle(this.#broken?.error ?? null, this.#broken ? 0 : this.#steps.length);
  }

  /** `error` of PostgreSQL for the statement at work, or of a connection that is gone. What was answered before it was done. */
  handleError(error: unknown): void {
    const at = this.#answers.length;
    // Told to be unknown, or never reached: they may have to be prepared anew.
    for (const { name } of this.#steps.slice(at)) if (name) this.#doubt(name);
    this.#settle(error as object, at);
  }

  /** Resolves the steps before `end`, as far as their judges let them, and lets the rest fail with what failed first. */
  #settle(error: object | null, end: number): void {
    let failure: object | null = null;
    for (const [at, step] of this.#steps.entries()) {
      if (failure === null) failure = at < end ? failureOf(step, this.#answers[at]!) : error;
      if (failure === null) step.resolve(this.#answers[at]!);
      else step.reject(failure);
    }
    this.#answered();
  }

  #doubt(name: string): void {
    const known = this.#known.get(name);
    if (known) known.doubtful = true;
  }

  // What our statements never cause, but pg would call.
  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: { sendCopyFail(why: string): void }): void {
    connection.sendCopyFail('not in a batch');
  }

  handleCopyData(): void {}
}
