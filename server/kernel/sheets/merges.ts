import { SheetError } from './errors.ts';

/** A merged area, rows from 1, columns from 0, both ends included. */
export interface Merge {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

const areas =
  /<(?:\w{1,20}:)?mergeCell\s(?:[^<>]{0,200}\s)?ref\s?=\s?["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']/g;

/**
 * Finds the merged areas of a sheet before its rows are read: the file lists them after the rows, but a merged header or
 * a union's name merged down thirty people is needed while reading. Inflating once more and searching for one tag costs
 * about 2 % of parsing the XML twice.
 */
export async function findMerges(
  chunks: AsyncIterable<Buffer>,
  limit: number,
  sheet: string,
): Promise<Merge[]> {
  const merges: Merge[] = [];
  let rest = '';
  let inList = false;
  for await (const chunk of chunks) {
    rest += chunk.toString('latin1');
    if (!inList) {
      const start = rest.search(/<(?:\w{1,20}:)?mergeCells[\s>]/);
      if (start < 0) {
        rest = rest.slice(-40);
        continue;
      }
      inList = true;
      rest = rest.slice(start);
    }
    let read = 0;
    for (const match of rest.matchAll(areas)) {
      merges.push(areaOf(match));
      read = match.index + match[0].length;
    }
    if (merges.length > limit) throw new SheetError('sheet-too-many-merges', { sheet });
    rest = rest.slice(Math.max(read, rest.length - 400));
  }
  return merges.sort((a, b) => a.top - b.top);
}

function areaOf(match: RegExpMatchArray): Merge {
  const left = columnIndex(match[1]!);
  const right = columnIndex(match[3]!);
  return {
    top: Number(match[2]),
    bottom: Number(match[4]),
    left: Math.min(left, right),
    right: Math.max(left, right),
  };
}

/** Column index from 0 of the letters at the start of a reference such as `AB12`; -1 when there are none. */
export function columnIndex(reference: string): number {
  let index = 0;
  for (let at = 0; at < reference.length && at < 4; at += 1) {
    const code = reference.charCodeAt(at);
    if (code < 65 || code > 90) break;
    index = index * 26 + code - 64;
  }
  return index - 1;
}
