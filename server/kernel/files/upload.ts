import { sql } from 'kysely';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { Call } from '../http.ts';
import { describe, isOwn, type FileRow } from './describe.ts';
import { discardParts, joinParts, keepPart } from './incoming.ts';
import { takeIn, type Intake } from './intake.ts';
import { createTurns } from './turns.ts';

type Routes = typeof contract.files;
type File = ReplyOf<Routes['get']>;

/** What one member may have lying about outside her cases: plenty for drafts, too little to fill a disk. */
const looseBytes = 500 * 1024 * 1024;

/** The name as shown and downloaded: without paths, controls and marks that turn the direction of writing. */
const tidyName = (name: string) => name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\/]/gu, '').trim() || '附件';

export async function beginUpload(ctx: Ctx, { body }: InputOf<Routes['begin']>): Promise<File> {
  const { actor } = ctx;
  if (actor.kind === 'member') {
    const loose = await ctx.db
      .selectFrom('file')
      .select(sql<number>`coalesce(sum(size), 0)::bigint`.as('bytes'))
      .where('owner_member_id', '=', actor.memberId)
      .where('case_id', 'is', null)
      .executeTakeFirstOrThrow();
    if (loose.bytes + body.size > looseBytes) throw new DomainError('rate-exceeded', { seconds: 3600 });
  }
  const row = await ctx.db
    .insertInto('file')
    .values({
      id: ctx.id(),
      owner_member_id: actor.kind === 'member' ? actor.memberId : null,
      owner_account_id: actor.kind === 'cadre' ? actor.accountId : null,
      union_path: actor.kind === 'member' ? actor.unionPath : (ctx.scope.paths[0] ?? 'f'),
      name: tidyName(body.name),
      size: body.size,
      received: 0,
      status: 'uploading',
      created_at: ctx.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return describe(row);
}

/** An own file. To change it, `lock` it: two copies of one part must not be counted twice. */
export async function getOwn(ctx: Ctx, id: string, lock = false): Promise<FileRow> {
  const query = ctx.db.selectFrom('file').selectAll().where('id', '=', id);
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst();
  if (!row || !isOwn(ctx.actor, row)) throw new DomainError('thing-not-found');
  return row;
}

type Change = Partial<Omit<FileRow, 'id'>>;

async function change(ctx: Ctx, id: string, set: Change): Promise<File> {
  const row = await ctx.db
    .updateTable('file')
    .set(set)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return describe(row);
}

export async function appendBytes(
  ctx: Ctx,
  { params, query }: InputOf<Routes['append']>,
  call: Call,
): Promise<File> {
  const row = await getOwn(ctx, params.id, true);
  // The answer to the last part was lost and the part came again: it is here already.
  if (row.status !== 'uploading') return describe(row);
  if (query.offset !== row.received) throw new DomainError('upload-offset', { offset: row.received });
  const part = call.body;
  if (!part) throw new DomainError('media-unsupported');
  const received = row.received + part.size;
  if (received > row.size)
    throw new DomainError('upload-broken', {
      reason: '收到的内容比登记的多。',
      reasonEn: 'more arrived than was announced.',
    });
  await keepPart(ctx, row.id, query.offset, part.path);
  if (received < row.size) return change(ctx, row.id, { received });
  return inTurn(() => finish(ctx, row));
}

/**
 * From here whole files are in memory, several times over: never more than two at once. Who waits holds a connection of the
 * pool, so few wait: a resumable upload comes again by itself, other calls do not.
 */
const inTurn = createTurns(2, 6);

async function finish(ctx: Ctx, row: FileRow): Promise<File> {
  const bytes = await joinParts(ctx, row.id, row.size);
  // A disk was changed under us: the sender goes on from what is left.
  if (bytes.length < row.size) return change(ctx, row.id, { received: bytes.length });
  ctx.afterCommit(() => void discardParts(ctx, row.id));
  const outcome = await takeIn(bytes).catch((error: unknown) => {
    const refused = error instanceof DomainError && error.code.startsWith('upload-');
    if (!refused) throw error;
    return error;
  });
  // Refused in the row and not by an error: the transaction must commit, or the same bytes could come for ever.
  if (outcome instanceof DomainError) {
    const [reason, reason_en] = [outcome.text(), outcome.text('en')];
    return change(ctx, row.id, { received: row.size, status: 'refused', reason, reason_en });
  }
  return store(ctx, row, outcome);
}

async function store(ctx: Ctx, row: FileRow, { content, preview, mediaType, width, height }: Intake) {
  const stored = await ctx.files.put(content);
  const small = preview ? await ctx.files.put(preview) : null;
  return change(ctx, row.id, {
    received: row.size,
    status: 'ready',
    media_type: mediaType,
    width,
    height,
    sha256: stored.sha256,
    stored_as: stored.storedAs,
    preview_as: small?.storedAs ?? null,
  });
}
