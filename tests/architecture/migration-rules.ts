/** What a statement of a migration would do to a server of the release before, or to those who wait for its lock. */
interface Rule {
  name: string;
  breaks(statement: string, own: ReadonlySet<string>): boolean;
}

const nameOf = '(?:if (?:not )?exists )?(?:only )?((?:[a-z_]+\\.)?"?[a-z_]+"?)';
const tableOf = (statement: string, verb: string) =>
  new RegExp(`^${verb} ${nameOf}`).exec(statement)?.[1]?.replaceAll('"', '');

/** One alteration each: `alter table a add column b int, drop column c` says two things. */
function partsOf(statement: string): string[] {
  const parts: string[] = [];
  let [depth, part] = [0, ''];
  for (const letter of statement) {
    if (letter === '(') depth += 1;
    if (letter === ')') depth -= 1;
    if (letter === ',' && depth === 0) {
      parts.push(part.trim());
      part = '';
    } else part += letter;
  }
  return [...parts, part.trim()];
}

/** Alterations of a table that is older than the file: a table made in it is empty, and no old server knows it. */
function alterations(statement: string, own: ReadonlySet<string>): string[] {
  const table = tableOf(statement, 'alter table');
  if (!table || own.has(table)) return [];
  return partsOf(statement.replace(new RegExp(`^alter table ${nameOf} `), ''));
}
const anyAlteration = (test: (part: string) => boolean) => (statement: string, own: ReadonlySet<string>) =>
  alterations(statement, own).some(test);

const rules: readonly Rule[] = [
  {
    name: 'takes away what the old server reads',
    breaks: (statement, own) =>
      /^drop (table|view|schema|type)\b/.test(statement) ||
      /^revoke\b/.test(statement) ||
      anyAlteration((part) => /^drop (column )?(?!constraint\b|default\b|not null\b)/.test(part))(
        statement,
        own,
      ),
  },
  {
    name: 'renames what the old server reads',
    breaks: (statement, own) =>
      anyAlteration((part) => /^(rename|set schema)\b/.test(part))(statement, own) ||
      /^alter (schema|type|view|index) .*\brename\b/.test(statement),
  },
  {
    name: 'changes a type',
    breaks: anyAlteration((part) => /^alter (column )?\S+ (set data )?type\b/.test(part)),
  },
  {
    name: 'asks of old rows or the old server what they do not give: a column that is not null without a default',
    breaks: anyAlteration(
      (part) => /^add (column )?/.test(part) && /\bnot null\b/.test(part) && !/\bdefault\b/.test(part),
    ),
  },
  {
    name: 'makes a column not null, or takes its default: the old server still leaves it out',
    breaks: anyAlteration((part) => /^alter (column )?\S+ (set not null|drop default)\b/.test(part)),
  },
  {
    name: 'rewrites the table: a default that differs from row to row',
    breaks: anyAlteration(
      (part) =>
        /^add (column )?/.test(part) &&
        /\bdefault\b.*\b(gen_random_uuid|clock_timestamp|random|nextval)\s*\(|\bgenerated\b/.test(part),
    ),
  },
  {
    name: 'reads the table through under a lock: a constraint without "not valid", validated by a statement of its own',
    breaks: anyAlteration(
      (part) =>
        (/^add constraint\b|^add (check|foreign key)\b/.test(part) &&
          /\b(check|foreign key)\b/.test(part) &&
          !/\bnot valid\b/.test(part)) ||
        (/^add column\b/.test(part) && /\breferences\b/.test(part)),
    ),
  },
  {
    name: 'builds an index under a lock: unique or primary key without "using index"',
    breaks: anyAlteration(
      (part) =>
        /^add (constraint \S+ )?(unique|primary key|exclude)\b/.test(part) && !/\busing index\b/.test(part),
    ),
  },
  {
    name: 'builds an index under a lock: without "concurrently", in a file of its own',
    breaks: (statement, own) => {
      const on = new RegExp(`^create (?:unique )?index .*?\\bon ${nameOf}`).exec(statement)?.[1];
      return on !== undefined && !/\bconcurrently\b/.test(statement) && !own.has(on.replaceAll('"', ''));
    },
  },
  {
    name: 'writes or locks rows: that is work for a job, in batches',
    breaks: (statement, own) => {
      const table = ['update', 'delete from', 'truncate', 'lock table']
        .map((verb) => tableOf(statement, verb))
        .find(Boolean);
      return table !== undefined && !own.has(table);
    },
  },
];

const plainOf = (statement: string) => statement.replace(/\s+/g, ' ').trim().toLowerCase();

/** What is wrong with a migration, by rule. `statements` are a file's, in order. */
export function faultsOf(statements: readonly string[]): string[] {
  const plain = statements.map(plainOf);
  const own = new Set(
    plain.flatMap((statement) => tableOf(statement, 'create table')?.replaceAll('"', '') ?? []),
  );
  const faults = plain.flatMap((statement) =>
    rules.filter(({ breaks }) => breaks(statement, own)).map(({ name }) => name),
  );
  const locked = new Set(
    plain.map((statement) => tableOf(statement, 'alter table')).filter((table) => table && !own.has(table)),
  );
  if (locked.size > 1)
    faults.push('locks two tables, as a request does in the other order: one table a file');
  if (plain.length > 1 && plain.some((statement) => /\bconcurrently\b/.test(statement)))
    faults.push('cannot be in a transaction with others: "concurrently", in a file of its own');
  return faults;
}
