/**
 * Characters XML 1.0 cannot hold are dropped (control characters, NUL among them, half of a surrogate pair); a carriage
 * return becomes Office's `_x000D_`, since parsers turn a plain one into a line feed; a text that already looks like such
 * an escape is escaped itself.
 */
export function xmlText(text: string): string {
  if (!/[<>&"_\0-\x1f\ud800-\udfff\ufffe\uffff]/.test(text)) return text;
  return text
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '')
    .replace(/\p{Surrogate}/gu, '')
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/\r/g, '_x000D_');
}
