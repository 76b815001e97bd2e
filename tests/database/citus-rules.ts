import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { bindAll } from '../../server/kernel/db/opening.ts';

// Not from template.ts: a test file that needs no server must not load one for this.
const migrations = fileURLToPath(new URL('../../db/migrations', import.meta.url));

/** Tables of a federation, which Citus keeps whole on one node; those of `platform` and `pgboss` lie on the coordinator. */
export const federationTables: ReadonlySet<string> = new Set(
  readdirSync(migrations)
    .filter((module) => module !== 'platform')
    .flatMap((module) => readdirSync(join(migrations, module)).map((file) => join(migrations, module, file)))
    .flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/create table "?([a-z_]+)"? \(/g)])
    .map((match) => match[1]!),
);

const volatile = /\b(now|random|gen_random_uuid|clock_timestamp|statement_timestamp|timeofday|nextval)\s*\(|\bcurrent_(timestamp|date|time)\b/; // prettier-ignore
const unknownToWorkers = /\b(create|alter|drop)\s+(or replace\s+)?(trigger|function|procedure|rule|extension|temp|temporary|materialized)\b|\bdo\s+\$|^\s*(listen|notify|lock)\b|\bset_config\s*\(/; // prettier-ignore

/** Name, schema and table of all a statement names. Commas part tables behind FROM only; elsewhere they part columns. */
function namesIn(sql: string): [string, string | undefined, string][] {
  const first = [...sql.matchAll(/\b(?:from|join|into|update|using|table)\s+(?:only\s+)?([\w".]+)/g)];
  const lists = [...sql.matchAll(/\bfrom\s([^()]*)/g)]
    .map(([, rest]) => rest!.split(/\b(?:where|join|group|order|limit|for|on|returning|set)\b/)[0]!)
    .flatMap((list) => list.split(',').map((one) => one.trim().split(/\s/)[0]!));
  return [...first.map(([, name]) => name!), ...lists].map((name) => {
    const [table = '', schema] = name.replaceAll('"', '').split('.').toReversed();
    return [name, schema, table];
  });
}

/** What would fail, or mean something else, on a federation whose schema is sharded. Empty = nothing. */
export function faultsOf(text: string): string[] {
  const sql = text
    .replace(/--.*$/gm, ' ')
    .replace(/'(?:[^']|'')*'/g, "''")
    .toLowerCase();
  const named = namesIn(sql);
  const withs = new Set([...sql.matchAll(/"?([a-z_]+)"?\s+as\s+(?:not\s+)?(?:materialized\s+)?\(/g)].map((match) => match[1]!)); // prettier-ignore
  const own = named.filter(
    ([, schema, table]) => !schema && federationTables.has(table!) && !withs.has(table!),
  );
  const schemas = new Set(
    [...sql.matchAll(/\b(platform|pgboss|fed_[a-z0-9_]+)"?\./g)].map((match) => match[1]!),
  );
  const catalog = named.some(([, schema, table]) => /^(pg_catalog|information_schema)$/.test(schema ?? '') || /^pg_[a-z_]+$/.test(table!)); // prettier-ignore
  // A transaction is bound otherwise on Citus.
  if (text === bindAll) return [];
  const faults: string[] = [];
  if (own.length > 0 && schemas.size > 0)
    faults.push(`reaches from a federation into ${[...schemas].join(', ')}`);
  if (schemas.size > 1) faults.push(`joins the schemas ${[...schemas].join(', ')}`);
  if (own.length > 0 && catalog)
    faults.push('joins a table with the catalog, which each node has its own of');
  if (own.length > 0 && /\bpg_(try_)?advisory_/.test(sql)) faults.push('would take the lock on a worker');
  if (own.length > 0 && /\b(insert|update|delete|merge)\b/.test(sql) && volatile.test(sql))
    faults.push('writes what each node would make up for itself: pass it as a parameter');
  if (unknownToWorkers.test(sql)) faults.push('uses what sharded schemas do not have');
  if (/;\s*\S/.test(sql)) faults.push('is several statements in one');
  return faults;
}

const checked = new Map<string, string[]>();
const broken = new Set<string>();

/** Of the connections that serve requests and jobs: the owner's migrate, and are looked at by tests/architecture. */
const isProduct = (client: pg.Client) =>
  String((client as unknown as { connectionParameters: { options?: string } }).connectionParameters.options).includes('role=smart_union_app'); // prettier-ignore

const products = new WeakMap<pg.Client, boolean>();

function servesProduct(client: pg.Client): boolean {
  const known = products.get(client) ?? isProduct(client);
  products.set(client, known);
  return known;
}

/** How many different statements have been looked at, and what was found since the last call. */
export function takeFindings(): { checked: number; broken: string[] } {
  const found = [...broken];
  broken.clear();
  return { checked: checked.size, broken: found };
}

/** Of a query by itself, or of a batch (kernel/db/batch.ts). */
export function textsOf(query: unknown): readonly string[] {
  if (typeof query === 'string') return [query];
  const { text, texts = text === undefined ? [] : [text] } = query as {
    text?: string;
    texts?: readonly string[];
  };
  return texts;
}

/** From now on looks at every statement the product sends in this process. */
export function watchStatements(): void {
  const query = pg.Client.prototype.query as (...words: unknown[]) => unknown;
  pg.Client.prototype.query = function watched(this: pg.Client, ...words: unknown[]) {
    const [first] = words;
    for (const text of servesProduct(this) ? textsOf(first) : []) {
      let faults = checked.get(text);
      if (!faults) checked.set(text, (faults = faultsOf(text)));
      for (const fault of faults) broken.add(`${fault}: ${text.replace(/\s+/g, ' ').slice(0, 400)}`);
    }
    return query.apply(this, words);
  } as typeof pg.Client.prototype.query;
}
