/**
 * What a list's `sort` asks for: a key of `sorts`, with `-` before it downwards. `column` is null for none and for any other,
 * also one that every object has by nature, such as `constructor`.
 */
export function sortOf<Column extends string>(
  sorts: Readonly<Record<string, Column>>,
  sort = '',
): { column: Column | null; descending: boolean } {
  const descending = sort.startsWith('-');
  const key = descending ? sort.slice(1) : sort;
  return { column: Object.hasOwn(sorts, key) ? sorts[key]! : null, descending };
}
