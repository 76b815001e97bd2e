import type { ItemDefinition } from './definition.ts';

/**
 * Whether an item answers what somebody typed: every word of it is in the title, the code, the summary or the
 * keywords (everyday words and pinyin). An empty query matches all.
 */
export function matchesSearch(
  { code, title, titleEn = '', summary, keywords }: ItemDefinition,
  query: string,
): boolean {
  const haystack = [code, title, titleEn, summary, ...keywords].join('\n').toLowerCase();
  return query
    .normalize('NFKC')
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}
