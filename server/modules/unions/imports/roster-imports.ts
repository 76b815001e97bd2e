import { readFile } from 'node:fs/promises';
import type { Permission } from '@smart-union/contract';
import type { Auth } from '../../../kernel/auth.ts';
import type { Ctx } from '../../../kernel/context.ts';
import type { Call, Handlers } from '../../../kernel/http.ts';
import type { Imports, OnProgress, RosterKind } from './kind.ts';
import { importJob } from './import-job.ts';
import { listFaults, listRuns, readRun } from './queries.ts';
import { commitRun, discardRun, importFile, previewFile, refusedWorkbook } from './run-import.ts';

const workbook = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** The routes of a kind of roster, and its import in one go for the command line. */
export function rosterImports<Plan>(kind: RosterKind<Plan>) {
  const { noun } = kind;
  const handlers: Handlers<Imports> = {
    preview: async (ctx, { query }, call: Call) =>
      previewFile(ctx, kind, query.fileName, await readFile(call.body!.path)),
    list: (ctx, input) => listRuns(ctx, noun, input),
    get: (ctx, { params }) => readRun(ctx, noun, params.id),
    faults: (ctx, input) => listFaults(ctx, noun, input),
    commit: (ctx, { params }) => commitRun(ctx, kind, params.id),
    refused: async (ctx, { params }, { language }) => ({
      mediaType: workbook,
      content: await refusedWorkbook(ctx, kind, params.id, language),
      fileName: language === 'en' ? 'refused-rows.xlsx' : '未通过的行.xlsx',
    }),
    discard: (ctx, { params }) => discardRun(ctx, kind, params.id),
  };
  return {
    handlers,
    job: (permission: Permission, auth: Auth) => importJob(kind, permission, auth),
    importFile: (ctx: Ctx, path: string, onProgress: OnProgress = () => {}) =>
      importFile(ctx, kind, path, onProgress),
  };
}
