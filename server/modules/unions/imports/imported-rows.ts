import { sql } from 'kysely';
import type { Measure } from '../../../kernel/metrics.ts';

const outcomes = ['added', 'changed', 'unchanged', 'rejected'] as const;

/** Rows of the rosters and directories taken over so far, by what became of them. */
export const importedRows: Measure = {
  name: 'import_rows',
  help: 'Rows of committed imports of rosters and directories, by what became of them.',
  label: { name: 'outcome_of_row', values: outcomes },
  across: 'sum',
  async read(ctx) {
    const found = await sql<Record<(typeof outcomes)[number], number>>`
      select coalesce(sum((counts->>'added')::int), 0)::bigint as added,
        coalesce(sum((counts->>'changed')::int), 0)::bigint as changed,
        coalesce(sum((counts->>'unchanged')::int), 0)::bigint as unchanged,
        coalesce(sum((counts->>'reject')::int), 0)::bigint as rejected
      from roster_import where status = 'committed'`.execute(ctx.db);
    return { ...found.rows[0]! };
  },
};
