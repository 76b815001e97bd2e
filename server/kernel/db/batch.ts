import pg from 'pg';

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
  /** What was done, in PostgreSQL's word: SELECT, INSERT, COMMIT. */
  command: string;
}

interface Field {
  name: string;
  read(text: string): unknown;
}

/** A statement as one connection knows it. `fields`: once it has told them. `doubtful`: it may not have come through. */
interface Known {
  fields: readonly Field[] | null;
  doubtful: boolean;
}

export type KnownStatements = Map<string, Known>;

/** What of pg's connection we write to. */
interface Wire {
  stream: { cork(): void; uncork(): void };
  parse(statement: { name: string; text: string }): void;
  bind(statement: { statement: string; values: readonly unknown[] }): void;
  describe(portal: { type: 'P' }): void;
  execute(): void;
  close(statement: { type: 'S'; name: string }): void;
  sync(): void;
}

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
  #fields: readonly Field[] | null = null;
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
    const wire = connection as Wire;
    wire.stream.cork();
    for (const step of this.#steps) this.#write(wire, step);
    wire.sync();
    wire.stream.uncork();
    return null;
  }

  #write(wire: Wire, { name = '', text, values }: Step): void {
    const known = this.#known.get(name);
    const anew = !known || known.doubtful;
    if (known?.doubtful) wire.close({ type: 'S', name });
    if (anew) {
      wire.parse({ name, text });
      if (name) this.#known.set(name, { fields: null, doubtful: false });
    }
    wire.bind({ statement: name, values });
    if (anew || !known.fields) wire.describe({ type: 'P' });
    wire.execute();
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#fields = fields.map(({ name, dataTypeID }) => ({ name, read: pg.types.getTypeParser(dataTypeID) }));
  }

  handleDataRow({ fields: texts }: { fields: readonly (string | null)[] }): void {
    try {
      const fields = this.#fields ?? this.#knownNow()?.fields ?? [];
      const row: Record<string, unknown> = {};
      for (let at = 0; at < texts.length; at += 1) {
        const { name, read } = fields[at]!;
        const text = texts[at]!;
        row[name] = text === null ? null : read(text);
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
    if (known) known.fields ??= this.#fields ?? [];
    const [command = '', ...numbers] = text.split(' ');
    this.#answers.push({ rows: this.#rows, count: Number(numbers.at(-1) ?? 0), command });
    this.#fields = null;
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
