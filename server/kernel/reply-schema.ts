import { build, type ObjectSchema } from 'fast-json-stringify';
import { z } from 'zod';

type Node = Record<string, unknown>;

/** `anyOf [X, null]` becomes X with `nullable`, which the serialiser writes without trying alternatives. */
function simplify(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(simplify);
  if (!node || typeof node !== 'object') return node;
  const here = Object.fromEntries(
    Object.entries(node as Node)
      .filter(([key]) => key !== '$schema' && key !== 'format' && key !== 'pattern')
      .map(([key, value]) => [key, simplify(value)]),
  );
  const choices = here.anyOf as Node[] | undefined;
  if (choices?.length === 2) {
    const value = choices.find((choice) => choice.type !== 'null');
    if (value && choices.some((choice) => choice.type === 'null') && typeof value.type === 'string') {
      const { anyOf: _anyOf, ...rest } = here;
      return { ...rest, ...value, nullable: true };
    }
  }
  return here;
}

/**
 * Writes replies of a route as JSON: only what the contract names leaves the house. Made at the route's first reply, since
 * making them all would take a good part of the server's start.
 */
export function replyWriter(schema: z.ZodType): (reply: unknown) => string {
  let write: ((reply: unknown) => string) | undefined;
  return (reply) => {
    write ??= build(
      simplify(
        z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any', reused: 'inline' }),
      ) as ObjectSchema,
    );
    return write(reply);
  };
}
