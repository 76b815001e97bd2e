import { ApiError } from '@smart-union/api-client';
import type { Reply } from '../client.ts';
import { client } from '../client.ts';
import { isPassing } from '../loading.ts';
import { findStored, forget, store } from '../storage.ts';
import type { Source } from './source.ts';

export type Uploaded = Reply<'files', 'get'>;

/** Small enough that a bad line loses little, large enough that a good one is not slowed by round trips. */
const PIECE_BYTES = 512 * 1024;
const PAUSES_MS = [1000, 2000, 4000, 8000];

/** Told as it goes: bytes the server has; `waiting` while the line is down. */
export type Progress = (received: number, waiting: boolean) => void;

const keyOf = (source: Source) => `upload.${source.size}.${source.name}`;

async function findBegun(source: Source): Promise<Uploaded | null> {
  const id = findStored<string>(keyOf(source));
  if (!id) return null;
  try {
    const begun = await client.files.get({ params: { id } });
    return begun.status === 'uploading' && begun.size === source.size ? begun : null;
  } catch (error) {
    if (isPassing(error)) throw error;
    return null;
  }
}

async function begin(source: Source): Promise<Uploaded> {
  const begun = await findBegun(source);
  if (begun) return begun;
  const fresh = await client.files.begin({ body: { name: source.name.slice(-200), size: source.size } });
  store(keyOf(source), fresh.id);
  return fresh;
}

function pause(ms: number, cancelled: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const until = Date.now() + ms;
    const look = () => {
      if (cancelled() || Date.now() >= until) resolve();
      else setTimeout(look, 250);
    };
    look();
  });
}

/**
 * Sends a file in pieces, waiting out a lost line or a busy server and going on where the server stopped, also after
 * the page was closed and the same file chosen again.
 * @returns the stored file, or null when cancelled.
 * @throws ApiError when the server refuses the file; its message says why.
 */
export async function upload(
  source: Source,
  progress: Progress,
  cancelled: () => boolean,
): Promise<Uploaded | null> {
  let file: Uploaded | null = null;
  for (let failures = 0; !cancelled();) {
    try {
      file ??= await begin(source);
      if (file.status === 'ready' || file.status === 'refused') break;
      const from = file.received;
      const piece = await source.slice(from, Math.min(from + PIECE_BYTES, source.size));
      file = await client.files.append({ params: { id: file.id }, query: { offset: from } }, { raw: piece });
      failures = 0;
      progress(file.received, false);
    } catch (error) {
      const offset = error instanceof ApiError && error.code === 'upload-offset';
      if (!isPassing(error) && !offset) {
        forget(keyOf(source));
        throw error;
      }
      progress(file?.received ?? 0, !offset);
      // What arrived before the line broke is the server's to say.
      file = null;
      await pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] ?? 0, cancelled);
      failures += 1;
    }
  }
  if (cancelled()) return null;
  forget(keyOf(source));
  return file;
}
