import { z } from 'zod';

type Node = Record<string, unknown>;

/** `anyOf [X, null]` becomes X with `nullable`, which fastify's serialiser writes without trying alternatives. */
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

/** The reply's JSON Schema for fastify: only what the contract names leaves the house. */
export function replySchema(schema: z.ZodType): object {
  return simplify(
    z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any', reused: 'inline' }),
  ) as object;
}
