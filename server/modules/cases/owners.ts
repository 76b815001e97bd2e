import type { Check, ItemDefinition, ItemKind } from '@smart-union/catalogue-kit';
import type { Updateable } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';
import type { Tables } from '../../kernel/tables.gen.ts';
import type { UnionPlace } from '../unions/index.ts';
import type { CaseRecord } from './case-record.ts';

/** A case with the definition it was filed under and all its answers, sealed ones opened by the machine. */
export interface FiledCase extends CaseRecord {
  definition: ItemDefinition;
  answers: Readonly<Record<string, unknown>>;
  /** Columns changed since the row was read; the next move of the case writes them with its own, in one update. */
  unsaved?: Updateable<Tables['case']>;
  /** Its union and all above, asked for once. */
  line?: Promise<UnionPlace[]>;
}

/**
 * What becomes of an approved case is its owner's business: claims pay, members enrol. Every function runs in the
 * transaction of the change and may refuse it by throwing.
 */
export interface CaseOwner {
  /** May this member open a draft today? Throws `claim-not-entitled` with the reason. */
  mayOpen(ctx: Ctx, definition: ItemDefinition, memberId: string): Promise<void>;
  /** Last check and reservation, at first submission and again when a returned case is resubmitted. */
  submitted(ctx: Ctx, filed: FiledCase): Promise<{ amountFen: number | null }>;
  approved(ctx: Ctx, filed: FiledCase): Promise<void>;
  /** The case ended without approval: what was reserved is free again. */
  released(ctx: Ctx, filed: FiledCase): Promise<void>;
  /** The approval was taken back: what followed from it is undone. Refuses when it no longer can be. */
  cancelled(ctx: Ctx, filed: FiledCase): Promise<void>;
  /** The rules as they stand for this case, for the deciding cadre. */
  checks(ctx: Ctx, filed: FiledCase): Promise<Check[]>;
}

const owners = new Map<ItemKind, CaseOwner>();

/** Registers the owner of a kind, once per process, when its module is mounted. */
export function ownCases(kind: ItemKind, owner: CaseOwner): void {
  owners.set(kind, owner);
}

export function ownerOf(kind: string): CaseOwner {
  const owner = owners.get(kind as ItemKind);
  if (!owner) throw new Error(`no module owns cases of kind ${kind}`);
  return owner;
}
