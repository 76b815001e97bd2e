import type { Contract, ReplyOf } from '@smart-union/contract';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../client.ts';
import type { Tone } from '../theme.ts';

export type Noun = 'unions' | 'members';
export type ImportRun = ReplyOf<Contract['memberImports']['get']>;
export type ImportFault = ReplyOf<Contract['memberImports']['faults']>['items'][number];

/** The two kinds of roster have the same routes: `importsOf('members').preview(…)`. */
export const importsOf = (noun: Noun) => (noun === 'unions' ? api.unionImports : api.memberImports);
export const importModule = (noun: Noun) =>
  noun === 'unions' ? ('unionImports' as const) : ('memberImports' as const);
export const nounOf = (text: string): Noun => (text === 'unions' ? 'unions' : 'members');

export const importTones: Record<ImportRun['status'], Tone> = {
  reading: 'waiting',
  saving: 'waiting',
  failed: 'danger',
  previewed: 'waiting',
  committed: 'good',
  discarded: 'plain',
};

/** Which of the three steps a run stands at. */
export const importSteps: Record<ImportRun['status'], number> = {
  reading: 0,
  failed: 0,
  previewed: 1,
  saving: 1,
  committed: 2,
  discarded: 2,
};

/** A job is at work on it. */
export const isUnderWay = (run: ImportRun | undefined) =>
  run?.status === 'reading' || run?.status === 'saving';

/** Asked again every second while a job is at work on the run. */
export const runQuery = (noun: Noun, id: string) =>
  queryOptions({
    queryKey: ['imports', noun, id],
    queryFn: () => importsOf(noun).get({ params: { id } }),
    refetchInterval: ({ state }) => (isUnderWay(state.data) ? 1000 : false),
  });

/** The rows the server keeps no more than this of, see the contract's rawBody. */
export const maxBytes = 20 * 1024 * 1024;
