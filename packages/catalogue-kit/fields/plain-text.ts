// Control characters, and the marks that reverse or hide what follows them: a name that reads one way on the screen
// and another in the bank's file.
const HIDDEN = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** One line of text: hidden marks removed, runs of white space made one space, ends trimmed, composed (NFC). */
export function oneLine(text: string): string {
  return visible(text).replace(/\s+/g, ' ').trim();
}

/** As {@link oneLine} but keeps line breaks, at most one blank line in a row. */
export function paragraphs(text: string): string {
  return visible(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function visible(text: string): string {
  return text.replace(HIDDEN, '').replace(CONTROL, '').replace(LONE_SURROGATE, '').normalize('NFC');
}

/** Length as a person counts it: one for a rare character beyond the basic plane too. */
export function lengthOf(text: string): number {
  return [...text].length;
}
