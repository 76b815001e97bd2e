import { compact } from './digits.ts';

/**
 * What two spellings of one union's name have in common: widths, blanks, brackets, dots and dashes made alike. Kept beside
 * the name in the database and used to match rosters; never shown.
 */
export function unionNameKey(name: string): string {
  return compact(name)
    .replace(/[([{【〔〈《「『]/g, '(')
    .replace(/[)\]}】〕〉》」』]/g, ')')
    .replace(/[·•‧∙⋅・･.]/g, '·')
    .replace(/[-‐-―−—_]/g, '-')
    .replace(/["'“”‘’、,。;:]/g, '');
}

/**
 * The keys to look a union up by, in order: as written, then 「…工会」 for 「…工会委员会」 and the other way round. People
 * write the short form on rosters and the charter has the long one.
 */
export function unionNameKeys(name: string): string[] {
  const key = unionNameKey(name);
  if (key.endsWith('工会')) return [key, `${key}委员会`];
  if (key.endsWith('工会委员会')) return [key, key.slice(0, -3)];
  return [key];
}
