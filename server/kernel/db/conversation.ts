import type pg from 'pg';
import { Batch, wireValues, type Answer, type KnownStatements, type Step } from './batch.ts';

/** How a transaction is bound to its federation and scope: the statements to send for it. */
export interface Binding {
  statements: readonly Asked[];
  /** Every statement is to be sent in an explicit transaction, also one that only reads. */
  explicit: boolean;
}

export interface Asked {
  sql: string;
  parameters: readonly unknown[];
  /** Prepared under this name; null where the text is hardly ever sent again. Without one, under a name of its own. */
  name?: string | null;
}

const begin: Asked = { sql: 'begin', parameters: [], name: 'begin' };
const beginReadOnly: Asked = { sql: 'begin read only', parameters: [] };
const beginSnapshot: Asked = { sql: 'begin isolation level repeatable read', parameters: [] };
const beginReadOnlySnapshot: Asked = {
  sql: 'begin isolation level repeatable read, read only',
  parameters: [],
};
const commit: Asked = { sql: 'commit', parameters: [], name: 'commit' };

/** Statements that read and lock nothing: for these no transaction need be held. Whatever else it may be, the rest is not. */
const reading = /^\s*(?:select|with)\b/i;
const holding =
  /\b(?:insert|update|delete|merge|truncate|nextval|setval|share|lock|for)\b|advisory|notify|set_config|pgboss/i;

const readers = new Map<string, boolean>();

export function onlyReads(text: string): boolean {
  let known = readers.get(text);
  if (known === undefined) {
    known = reading.test(text) && !holding.test(text);
    if (readers.size < maxNamedStatements) readers.set(text, known);
  }
  return known;
}

const statementNames = new Map<string, string>();
const maxNamedStatements = 1000;

/** Prepared once per connection under a name; past the limit (ad-hoc texts) the unnamed statement serves. */
function statementName(text: string): string | undefined {
  const known = statementNames.get(text);
  if (known || statementNames.size >= maxNamedStatements) return known;
  const name = `q${statementNames.size}`;
  statementNames.set(text, name);
  return name;
}

/**
 * What one request says to the database on its connection. What is asked within one turn of the event loop goes as one batch;
 * not at the next tick, for statements apart by an `await` that waits for nothing shall still travel together.
 *
 * As long as it only reads, every batch carries the scope and is a transaction by itself: to READ COMMITTED, where each
 * statement sees what was committed before it, that is the same as one around them all, and nothing has to be begun and
 * ended. The first statement that writes or locks opens one.
 */
export class Conversation {
  readonly #client: pg.PoolClient;
  readonly #known: KnownStatements;
  readonly #readOnly: boolean;
  #binding: Binding;
  #steps: Step[] = [];
  #asked = false;
  /** What a judge threw: nothing is asked any more. */
  #verdict: object | null = null;
  #busy = false;
  #open = false;
  #closed = false;
  #whenIdle: (() => void) | null = null;

  /** `readOnly`: PostgreSQL refuses every write (25006). */
  constructor(client: pg.PoolClient, known: KnownStatements, binding: Binding, readOnly = false) {
    this.#client = client;
    this.#readOnly = readOnly;
    this.#known = known;
    this.#binding = binding;
  }

  /** A transaction has been begun, which must be ended. */
  get isOpen(): boolean {
    return this.#open;
  }

  open(): void {
    if (!this.#open) this.#begin(this.#readOnly ? beginReadOnly : begin);
  }

  /** Opens a transaction in which all statements see one moment; throws when anything has been asked before. */
  openSnapshot(): void {
    if (this.#asked) throw new Error('one snapshot must be the first of its transaction');
    this.#begin(this.#readOnly ? beginReadOnlySnapshot : beginSnapshot);
  }

  #begin(statement: Asked): void {
    this.#open = true;
    this.#silently(statement);
    this.#bind();
  }

  /** From here on bound to something else; `undone`: after a failure, with which an explicit transaction goes back by itself. */
  bind(binding: Binding, undone = false): void {
    this.#binding = binding;
    // Before a transaction each batch is bound by its first statement; those waiting were asked under another.
    if (this.#open ? !undone : this.#steps.length > 0) this.#bind();
  }

  #bind(): void {
    for (const statement of this.#binding.statements) this.#silently(statement);
  }

  /**
   * Sends a statement. `judge` is told of its answer before anybody hears of any that is under way: when it throws, whatever is
   * asked behind this statement, now or later, fails with that.
   */
  send(query: Asked, judge?: (answer: Answer) => void): Promise<Answer> {
    if (!this.#open && (this.#binding.explicit || !onlyReads(query.sql))) this.open();
    return new Promise((resolve, reject) => {
      // A batch that begins before any transaction is bound by itself.
      if (!this.#open && this.#steps.length === 0) this.#bind();
      this.#push(query, resolve, reject, judge);
    });
  }

  /** Ends the transaction; throws when PostgreSQL has undone it instead. */
  async commit(): Promise<void> {
    const { command } = await this.send(commit);
    if (command !== 'COMMIT') throw new Error('a statement failed, and the transaction was undone');
  }

  /** Ends the conversation: sends what is still to be sent, and waits until nothing is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#flush();
    if (this.#busy) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
  }

  /** For what is only asked because of others: when it fails, they do. */
  #silently(query: Asked): void {
    this.#push(query, ignore, ignore);
  }

  #push(query: Asked, resolve: Step['resolve'], reject: Step['reject'], judge?: Step['judge']): void {
    if (this.#verdict) return reject(this.#verdict);
    if (this.#closed) return reject(new Error('asked after the end of its transaction'));
    const values = wireValues(query.parameters);
    const name = query.name === undefined ? statementName(query.sql) : (query.name ?? undefined);
    this.#asked = true;
    if (this.#steps.length === 0) setImmediate(() => this.#flush());
    this.#steps.push({ text: query.sql, values, name, judge: judge && this.#final(judge), resolve, reject });
  }

  #final(judge: (answer: Answer) => void) {
    return (answer: Answer) => {
      try {
        judge(answer);
      } catch (error) {
        this.#verdict = error as object;
        throw error;
      }
    };
  }

  /** One batch at a time: what is asked meanwhile becomes the next. */
  #flush(): void {
    if (this.#busy || this.#steps.length === 0) return;
    const steps = this.#steps;
    this.#steps = [];
    if (this.#verdict) return steps.forEach(({ reject }) => reject(this.#verdict));
    this.#busy = true;
    const batch = new Batch(steps, this.#known, () => this.#answered());
    this.#client.query(batch);
  }

  #answered(): void {
    this.#busy = false;
    if (this.#closed) this.#flush();
    else if (this.#steps.length > 0) setImmediate(() => this.#flush());
    if (!this.#busy) this.#whenIdle?.();
  }
}

function ignore(): void {}
