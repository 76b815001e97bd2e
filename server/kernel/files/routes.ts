import { contract, type InputOf, type ReplyOf } from '@smart-union/contract';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { mount, type HttpHost } from '../http.ts';
import { describe } from './describe.ts';
import { readContent } from './look.ts';
import { discardContents, sweepJob } from './sweep.ts';
import { appendBytes, beginUpload, getOwn } from './upload.ts';

type Routes = typeof contract.files;

async function removeFile(
  ctx: Ctx,
  { params }: InputOf<Routes['remove']>,
): Promise<ReplyOf<Routes['remove']>> {
  const row = await getOwn(ctx, params.id, true);
  if (row.case_id) throw new DomainError('case-not-open', { status: '已提交', statusEn: 'sent' });
  await ctx.db.deleteFrom('file').where('id', '=', row.id).execute();
  discardContents(ctx, row);
  return { ok: true };
}

/** Puts the contract's `files` routes on the server and registers the hourly sweep. */
export function mountFiles(host: HttpHost): void {
  host.platform.jobs.register(sweepJob);
  mount(host, 'files', contract.files, {
    begin: beginUpload,
    append: appendBytes,
    get: async (ctx, { params }) => describe(await getOwn(ctx, params.id)),
    content: readContent,
    remove: removeFile,
  });
}
