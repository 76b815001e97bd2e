const special = /[<>&"_]|[^\P{Cc}\t\n]|\p{Surrogate}|\uFFFE|\uFFFF/u;

/**
 * Characters XML 1.0 cannot hold are dropped (control characters, NUL among them, half of a surrogate pair); a carriage
 * return becomes Office's `_x000D_`, since parsers turn a plain one into a line feed; a text that already looks like such
 * an escape is escaped itself.
 */
export function xmlText(text: string): string {
  if (!special.test(text)) return text;
  return text
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/\r/g, '_x000D_')
    .replace(/[^\P{Cc}\t\n\x7F-\x9F]|\p{Surrogate}|\uFFFE|\uFFFF/gu, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}
