import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrations } from './template.ts';

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

/** What would fail, or mean something else, on a federation whose schema is sharded. Empty = nothing. */
export function faultsOf(text: string): string[] {
  const sql = text
    .replace(/--.*$/gm, ' ')
    .replace(/'(?:[^']|'')*'/g, "''")
    .toLowerCase();
  const named = [...sql.matchAll(/\b(?:from|join|into|update|using|table|,)\s+(?:only\s+)?(?:"?([a-z_]+)"?\.)?"?([a-z_]+)"?/g)]; // prettier-ignore
  const withs = new Set([...sql.matchAll(/"?([a-z_]+)"?\s+as\s+(?:not\s+)?(?:materialized\s+)?\(/g)].map((match) => match[1]!)); // prettier-ignore
  const own = named.filter(
    ([, schema, table]) => !schema && federationTables.has(table!) && !withs.has(table!),
  );
  const schemas = new Set(
    [...sql.matchAll(/\b(platform|pgboss|fed_[a-z0-9_]+)"?\./g)].map((match) => match[1]!),
  );
  const catalog = named.some(([, schema, table]) => /^(pg_catalog|information_schema)$/.test(schema ?? '') || /^pg_[a-z_]+$/.test(table!)); // prettier-ignore
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
  // The opening of a transaction goes apart on Citus; see kernel/db/opening.ts.
  if (/;\s*\S/.test(sql) && !/^(commit; )?begin; set local /.test(sql))
    faults.push('is several statements in one');
  return faults;
}

const checked = new Map<string, string[]>();
const broken: string[] = [];

/** Of the connections that serve requests and jobs: the owner's migrate, and are looked at by tests/architecture. */
const isProduct = (client: pg.Client) =>
  String((client as unknown as { connectionParameters: { options?: string } }).connectionParameters.options).includes('role=smart_union_app'); // prettier-ignore

/** How many different statements have been looked at, and what was found since the last call. */
export const takeFindings = () => ({ checked: checked.size, broken: broken.splice(0) });

/** From now on looks at every statement the product sends in this process. */
export function watchStatements(): void {
  const query = pg.Client.prototype.query as (...words: unknown[]) => unknown;
  pg.Client.prototype.query = function watched(this: pg.Client, ...words: unknown[]) {
    const [first] = words;
    const text = typeof first === 'string' ? first : (first as { text?: string } | null)?.text;
    if (text !== undefined && isProduct(this)) {
      let faults = checked.get(text);
      if (!faults) checked.set(text, (faults = faultsOf(text)));
      for (const fault of faults) broken.push(`${fault}: ${text.replace(/\s+/g, ' ').slice(0, 400)}`);
    }
    return query.apply(this, words);
  } as typeof pg.Client.prototype.query;
}
