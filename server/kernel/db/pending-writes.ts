import type { CompiledQuery } from 'kysely';

/** Values one statement may carry; what brings more (an import) gains nothing by travelling with others. */
const mostValues = 400;

const target = /^\s*(?:insert\s+into|update)\s+"?(\w+)"?/i;
const reading = /\b(?:from|join)\s+(?!unnest\b)|\breturning\b/i;

const tables = new Map<string, string | null>();

/** The table a write changes that reads no other and answers nothing; null for every other statement. */
function tableOf(text: string): string | null {
  const known = tables.get(text);
  if (known !== undefined) return known;
  const table = reading.test(text) ? null : (target.exec(text)?.[1] ?? null);
  if (tables.size < 1000) tables.set(text, table);
  return table;
}

const joinedTexts = new Map<string, string>();

/** `with w0 as (…), w1 as (…) …`, its values numbered through. */
function joinedText(texts: readonly string[], counts: readonly number[]): string {
  let before = 0;
  const parts = texts.map((text, index) => {
    const offset = before;
    before += counts[index]!;
    return text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + offset}`);
  });
  const last = parts.pop()!;
  return `with ${parts.map((part, index) => `w${index} as (${part})`).join(', ')} ${last}`;
}

/**
 * Writes nobody waits for, kept until something else is asked on the connection or the transaction ends, and then sent as
 * one statement: each apart costs both sides more than the row it writes. The parts of one statement do not see one
 * another's rows, so only writes of different tables that read none are joined.
 */
export class PendingWrites {
  #queries: CompiledQuery[] = [];
  #values = 0;
  readonly #tables = new Set<string>();

  /** Keeps a write with those that wait; false when it must be sent by itself or after them. */
  keep(query: CompiledQuery): boolean {
    const table = tableOf(query.sql);
    if (table === null || this.#tables.has(table)) return false;
    if (this.#values + query.parameters.length > mostValues) return false;
    this.#tables.add(table);
    this.#queries.push(query);
    this.#values += query.parameters.length;
    return true;
  }

  /** What waited, as one statement; null when nothing did. Nothing waits afterwards. */
  take(): CompiledQuery | null {
    const queries = this.#queries;
    const [first] = queries;
    if (!first) return null;
    this.drop();
    if (queries.length === 1) return first;
    const texts = queries.map((query) => query.sql);
    const key = texts.join('\n');
    let text = joinedTexts.get(key);
    if (text === undefined) {
      text = joinedText(
        texts,
        queries.map((query) => query.parameters.length),
      );
      if (joinedTexts.size < 1000) joinedTexts.set(key, text);
    }
    return { ...first, sql: text, parameters: queries.flatMap((query) => query.parameters) };
  }

  drop(): void {
    if (this.#queries.length === 0) return;
    this.#queries = [];
    this.#values = 0;
    this.#tables.clear();
  }
}
