import type { Terminal } from '../command.ts';
import { showProgress } from '../progress.ts';
import { partsOf, type Manifest } from './manifest.ts';
import { verifyPart } from './sealed-part.ts';

/** Reads every part through and compares it with the manifest. @throws DamagedBackupError naming the first that differs */
export async function verifyParts(terminal: Terminal, folder: string, manifest: Manifest): Promise<void> {
  const parts = partsOf(manifest);
  const bar = showProgress(
    terminal,
    '核对备份（字节）',
    parts.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  let done = 0;
  for (const part of parts) {
    await verifyPart(folder, part);
    bar.to((done += part.bytes));
  }
  bar.end();
}
