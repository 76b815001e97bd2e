/**
 * Text a spreadsheet program may take for a formula: = + - @, their full-width forms, also behind blanks, tabs, line ends
 * or apostrophes (OWASP, CSV injection; ASVS 5.0 V1.2.10).
 */
const formulaLike = /^['\s\u200B\uFEFF]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^'*[\t\r\n]/;

export function looksLikeFormula(text: string): boolean {
  return formulaLike.test(text);
}

/** For CSV: an apostrophe in front of what may be taken for a formula; NULs go. */
export function guarded(text: string): string {
  const clean = text.includes('\0') ? text.replaceAll('\0', '') : text;
  return formulaLike.test(clean) ? `'${clean}` : clean;
}

/** Takes the apostrophe of `guarded` off again, so that a file of ours reads back as it was. */
export function withoutGuard(text: string): string {
  return text.startsWith("'") && formulaLike.test(text.slice(1)) ? text.slice(1) : text;
}
