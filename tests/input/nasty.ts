import fc from 'fast-check';
import { z } from 'zod';

/** Texts that have broken somebody's software before. */
export const nastyTexts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\u202Egnp.exe\u202C',
  'مرحبا بالعالم',
  '👩‍👩‍👧‍👦🏳️‍🌈',
  '\uD800',
  '\uFEFF',
  '𠮷野家',
  "'; drop table member; --",
  "' or '1'='1",
  '$1::uuid',
  '%_\\',
  '=cmd|"/c calc"!A1',
  '+1+1',
  '@SUM(1)',
  '-1',
  '<script>alert(1)</script>',
  '${7*7}',
  '../../../../etc/passwd',
  '00000000-0000-0000-0000-000000000000',
  '9'.repeat(400),
  '漢'.repeat(5000),
  '2026-02-30',
  '0000-00-00',
  '99999-12-31',
  'NaN',
  '1e309',
  'null',
  '__proto__',
  'constructor',
] as const;

const nastyValues: readonly unknown[] = [
  ...nastyTexts,
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  1e308,
  [],
  {},
  [[[[[]]]]],
  { toString: 'x' },
  { __proto__: null, constructor: { prototype: 1 } },
  Array.from({ length: 500 }, (_, index) => index),
];

type Path = (string | number)[];

/** Every place a JSON Schema names, as paths into a value of it. */
function placesOf(schema: unknown, path: Path = []): Path[] {
  const node = schema as {
    properties?: Record<string, unknown>;
    items?: unknown;
    anyOf?: unknown[];
  };
  const below = [
    ...Object.entries(node.properties ?? {}).flatMap(([name, part]) => placesOf(part, [...path, name])),
    ...(node.items ? placesOf(node.items, [...path, 0]) : []),
    ...(node.anyOf ?? []).flatMap((part) => placesOf(part, path)),
  ];
  return [path, ...below];
}

function put(value: unknown, path: Path, nasty: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return nasty;
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? ([...(value as unknown[])] as never)
    : { ...(value as Record<string, unknown>) };
  copy[first] = put(copy[first], rest, nasty);
  return copy;
}

/** A right value with one to three of its places, as the schema names them, taken by something nasty. */
export function spoilt(schema: z.ZodType, right: unknown): fc.Arbitrary<unknown> {
  const places = placesOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  const nasty = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...nastyValues) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
    { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
  return fc
    .array(fc.tuple(fc.constantFrom(...places), nasty), { minLength: 1, maxLength: 3 })
    .map((faults) => faults.reduce((value, [path, bad]) => put(value, path, bad), right));
}
