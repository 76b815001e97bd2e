import type { InputOf, ReplyOf, contract } from '@smart-union/contract';
import type { Ctx } from '../../../kernel/context.ts';
import type { TableHead } from '../../../kernel/sheets/header.ts';
import type { RowVerdict } from '../../../kernel/sheets/verdicts.ts';

export type Imports = (typeof contract)['unionImports'];
export type ImportRun = ReplyOf<Imports['get']>;
export type ImportFault = ReplyOf<Imports['faults']>['items'][number];
export type Input<K extends keyof Imports> = InputOf<Imports[K]>;

/** What an accepted row would do; null for a refused one. */
export type Effect = 'added' | 'changed' | 'unchanged' | null;

/** What a kind of roster says of a file, against the database as it is now. */
export interface Judgement<Plan> {
  encoding: string;
  tables: readonly TableHead[];
  rows: readonly RowVerdict<unknown>[];
  /** One per row, in the same order. */
  effects: readonly Effect[];
  /** What `apply` needs to do what the effects say. */
  plan: Plan;
  /** The lowest union above all it is about; where the command line imports, those over it see the run. */
  unionPath: string;
}

/** Where the bytes of a run come from and how far it is; for the command line's progress bar. */
export interface Progress {
  step: 'reading' | 'checking' | 'saving';
  done: number;
  /** 0 while it is not known. */
  total: number;
}

export type OnProgress = (progress: Progress) => void;

export interface JudgeWanted {
  /** The rows as they stood in the file, for giving the refused ones back. */
  texts: boolean;
  /** No call waits for it, so the reader may take minutes: in a job, at the command line. */
  unhurried: boolean;
  onProgress: OnProgress;
}

/**
 * A kind of roster. `judge` may be called any number of times and changes nothing; it throws SheetError when the
 * file cannot be read. `apply` does what the last judgement
 * planned, in the same transaction, and is only called with a plan made there.
 */
export interface RosterKind<Plan> {
  noun: 'unions' | 'members';
  /** Name of a file that came without one. */
  fallbackName: string;
  faultTitles: Readonly<Record<string, readonly [zh: string, en: string]>>;
  judge(ctx: Ctx, bytes: Buffer, wanted: JudgeWanted): Promise<Judgement<Plan>>;
  apply(ctx: Ctx, plan: Plan, importId: string, onProgress: OnProgress): Promise<void>;
}
