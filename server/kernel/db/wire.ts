const usualSize = 16_384;

let buffer = Buffer.allocUnsafe(usualSize);
let length = 0;

function reserve(bytes: number): void {
  if (length + bytes <= buffer.length) return;
  const larger = Buffer.allocUnsafe(2 * (length + bytes));
  buffer.copy(larger, 0, 0, length);
  buffer = larger;
}

function putInt16(value: number): void {
  buffer[length++] = value >>> 8;
  buffer[length++] = value;
}

function putInt32(value: number): void {
  putInt16(value >>> 16);
  putInt16(value);
}

/** UTF-8 takes at most three bytes for each unit of a string. */
function putText(text: string): void {
  reserve(3 * text.length + 1);
  length += buffer.write(text, length, 'utf8');
}

function putName(name: string): void {
  putText(name);
  buffer[length++] = 0;
}

/** A message begins with its letter and its length, which is known at its end. */
function begin(letter: string): number {
  reserve(64);
  buffer[length++] = letter.charCodeAt(0);
  length += 4;
  return length - 4;
}

const end = (at: number) => void buffer.writeInt32BE(length - at, at);

function message(letter: string, ...names: string[]): void {
  const at = begin(letter);
  for (const name of names) putName(name);
  end(at);
}

function putValue(value: string | Buffer | null): void {
  reserve(4);
  if (value === null) return putInt32(-1);
  const at = length;
  length += 4;
  if (typeof value === 'string') putText(value);
  else {
    reserve(value.length);
    length += value.copy(buffer, length);
  }
  buffer.writeInt32BE(length - at - 4, at);
}

/** Types of parameters are PostgreSQL's to find out. */
export function parse(name: string, text: string): void {
  const at = begin('P');
  putName(name);
  putName(text);
  reserve(2);
  putInt16(0);
  end(at);
}

/** Texts as texts, bytes as bytes; all answers as texts. The portal has no name. */
export function bind(name: string, values: readonly (string | Buffer | null)[]): void {
  const at = begin('B');
  putName('');
  putName(name);
  reserve(4 + 2 * values.length);
  putInt16(values.length);
  for (const value of values) putInt16(typeof value === 'object' && value !== null ? 1 : 0);
  putInt16(values.length);
  for (const value of values) putValue(value);
  reserve(2);
  putInt16(0);
  end(at);
}

export const describe = () => message('D', 'P');

export const close = (name: string) => message('C', `S${name}`);

export function execute(): void {
  const at = begin('E');
  putName('');
  putInt32(0);
  end(at);
}

/**
 * The bytes of the messages that `write` writes, and of a sync behind them: one piece for the socket, where pg's own writer makes
 * several a statement. All connections share the buffer they are written in, for nothing else runs meanwhile.
 */
export function messages(write: () => void): Buffer {
  length = 0;
  write();
  message('S');
  const bytes = Buffer.from(buffer.subarray(0, length));
  if (buffer.length > 64 * usualSize) buffer = Buffer.allocUnsafe(usualSize);
  return bytes;
}
