import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { contract, type Route } from '@smart-union/contract';
import { classified, secrecyOf } from '@smart-union/contract/secrecy.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';

interface Node {
  properties?: Record<string, Node>;
  items?: Node;
  anyOf?: Node[];
  oneOf?: Node[];
  additionalProperties?: Node | boolean;
}

const namesIn = (node: Node): string[] => [
  ...Object.entries(node.properties ?? {}).flatMap(([name, below]) => [name, ...namesIn(below)]),
  ...[node.items, node.additionalProperties, ...(node.anyOf ?? []), ...(node.oneOf ?? [])]
    .filter((below): below is Node => typeof below === 'object')
    .flatMap(namesIn),
];

const schemaNames = (schema: unknown, io: 'input' | 'output'): string[] =>
  schema instanceof z.ZodType
    ? namesIn(z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Node)
    : [];

const fields = Object.entries(contract).flatMap(([module, table]) =>
  Object.entries(table as Record<string, Route>).flatMap(([name, { params, query, body, reply }]) =>
    [
      ...[params, query, body].flatMap((one) => schemaNames(one, 'input')),
      ...schemaNames(reply, 'output'),
    ].map((field) => ({ route: `${module}.${name}`, field })),
  ),
);

/** Columns of a federation's tables, as the generated types have them. */
const [, federation] = readFileSync(
  fileURLToPath(new URL('../../server/kernel/tables.gen.ts', import.meta.url)),
  'utf8',
).split('export interface Tables {');
const columns: { table: string; column: string; type: string }[] = [];
let table = '';
for (const line of federation!.split('\n}')[0]!.split('\n')) {
  table = /^ {2}'([\w.]+)': \{/.exec(line)?.[1] ?? table;
  const column = /^ {4}'?(\w+)'?: (.*);/.exec(line);
  if (column) columns.push({ table, column: column[1]!, type: column[2]! });
}
const inCode = (column: string) =>
  column.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());

it('knows how secret every field of the contract is: packages/contract/secrecy.ts', () => {
  expect(fields.length).toBeGreaterThan(1000);
  const bare = fields.filter(({ route, field }) => secrecyOf(field, route) === null);
  expect(bare.map(({ route, field }) => `${route}: ${field} has no class`)).toEqual([]);
});

it('knows how secret every column is', () => {
  expect(columns.length).toBeGreaterThan(300);
  const bare = columns.filter(({ column }) => secrecyOf(inCode(column)) === null);
  expect(bare.map(({ table: of, column }) => `${of}.${column} has no class`)).toEqual([]);
});

it('keeps what is most secret in no column but a sealed one', () => {
  const plain = columns.filter(
    ({ column, type }) =>
      type.includes('Sealed') !== column.endsWith('_sealed') ||
      (secrecyOf(inCode(column)) === 'L4' && !type.includes('Sealed')),
  );
  // The token of a form, worth nothing without the session's own, which is kept as a hash.
  expect(plain.map(({ table: of, column }) => `${of}.${column}`)).toEqual(['session.csrf_token']);
});

it('classifies each name once, and none that is nowhere', () => {
  expect(classified.filter((name, at) => classified.indexOf(name) !== at)).toEqual([]);
  const used = new Set([...fields.map(({ field }) => field), ...columns.map(({ column }) => inCode(column))]);
  expect(classified.filter((name) => !used.has(name))).toEqual([]);
});
