import { TextDecoder } from 'node:util';
import { SaxesParser } from 'saxes';
import { SheetError } from './errors.ts';

export interface XmlHandlers {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  close(name: string): void;
  text(text: string): void;
}

/**
 * A push parser for one XML part. Names come without prefix (some writers put everything under `x:`). A document type
 * is refused outright: a workbook never has one, and it is the way in for XXE and for entities that multiply.
 */
export function xmlReader(handlers: XmlHandlers): { write(chunk: Uint8Array): void; end(): void } {
  const parser = new SaxesParser<{ position: false; xmlns: false }>({ position: false, xmlns: false });
  let decoder: TextDecoder | undefined;
  parser.on('opentag', (tag) => handlers.open(local(tag.name), tag.attributes));
  parser.on('closetag', (tag) => handlers.close(local(tag.name)));
  parser.on('text', (text) => handlers.text(text));
  parser.on('cdata', (text) => handlers.text(text));
  parser.on('doctype', () => {
    throw new SheetError('sheet-unsafe');
  });
  parser.on('error', (cause) => {
    throw new SheetError('sheet-damaged', {}, { cause });
  });
  return {
    write(chunk) {
      decoder ??= decoderFor(chunk);
      parser.write(decoded(decoder, chunk));
    },
    end() {
      if (!decoder) throw new SheetError('sheet-damaged');
      parser.write(decoded(decoder));
      parser.close();
    },
  };
}

/** Reads a whole small part. */
export async function readXml(chunks: AsyncIterable<Uint8Array>, handlers: XmlHandlers): Promise<void> {
  const reader = xmlReader(handlers);
  for await (const chunk of chunks) reader.write(chunk);
  reader.end();
}

/** An attribute by its local name: `r:id` in one writer is `d3p1:id` in another. */
export function attribute(attributes: Readonly<Record<string, string>>, name: string): string | undefined {
  if (attributes[name] !== undefined) return attributes[name];
  const key = Object.keys(attributes).find((candidate) => candidate.endsWith(`:${name}`));
  return key === undefined ? undefined : attributes[key];
}

/** Undoes Office's own escape for characters XML cannot hold: `_x000D_` is a carriage return. */
export function unescapeText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

function local(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

function decoderFor(chunk: Uint8Array): TextDecoder {
  if (chunk[0] === 0xff && chunk[1] === 0xfe) return new TextDecoder('utf-16le', { fatal: true });
  if (chunk[0] === 0xfe && chunk[1] === 0xff) return new TextDecoder('utf-16be', { fatal: true });
  const head = Buffer.from(chunk.subarray(0, 120)).toString('latin1');
  const label = /^[^<]{0,3}<\?xml[^>]*encoding=["']([\w-]+)["']/.exec(head)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(label, { fatal: true });
  } catch (cause) {
    throw new SheetError('sheet-damaged', {}, { cause });
  }
}

function decoded(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch (cause) {
    throw new SheetError('sheet-damaged', {}, { cause });
  }
}
