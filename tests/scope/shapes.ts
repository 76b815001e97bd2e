import { z } from 'zod';
import type { RouteName } from './probe.ts';
import { specOf } from './reach.ts';

/**
 * What a route does with many things, read off its contract:
 * `list` – rows of my scope; `own` – rows of mine; `parts` – rows of one thing; `export` – a list as a workbook;
 * `figures` – counts; `bulk` – a change of things named by their ids; `import` – a change by a file of rows;
 * `one` – about one thing or none, which `positions.test.ts` judges.
 */
export type Shape = 'list' | 'own' | 'parts' | 'export' | 'figures' | 'bulk' | 'import' | 'one';

/** A node of a JSON schema, as far as it is looked at. */
export interface Node {
  type?: string;
  format?: string;
  properties?: Record<string, Node>;
  items?: Node;
  anyOf?: Node[];
  oneOf?: Node[];
  additionalProperties?: Node | boolean;
}

export const schemaOf = (schema: z.ZodType, io: 'input' | 'output' = 'output'): Node =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Node;

const below = (node: Node): Node[] => [
  ...Object.values(node.properties ?? {}),
  ...(node.anyOf ?? []),
  ...(node.oneOf ?? []),
];

/** Somewhere in the body stands a list of ids. */
const namesMany = (node: Node): boolean =>
  (node.type === 'array' && node.items?.format === 'uuid') || below(node).some(namesMany);

/** The one list of things that a reply consists of, or null: a thing with an id or code of its own is no list. */
export function listIn(name: RouteName): string | null {
  const { reply } = specOf(name);
  if ('raw' in reply) return null;
  const { properties = {} } = schemaOf(reply);
  const lists = Object.keys(properties).filter((key) => properties[key]!.items?.properties);
  const named = properties.id ?? properties.code;
  return named === undefined && lists.length === 1 ? lists[0]! : null;
}

export function shapeOf(name: RouteName): Shape {
  const { method, params, body, rawBody, reply, permission } = specOf(name);
  if (method !== 'GET') {
    if (body && namesMany(schemaOf(body, 'input'))) return 'bulk';
    return rawBody && !params ? 'import' : 'one';
  }
  if ('raw' in reply) return reply.raw.includes('spreadsheet') && !params ? 'export' : 'one';
  if (listIn(name) !== null) return params ? 'parts' : permission ? 'list' : 'own';
  return params || !permission ? 'one' : 'figures';
}
