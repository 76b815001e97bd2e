import type { Ctx } from '../../kernel/context.ts';

/** A row of `claim` in our words. */
export interface ClaimRecord {
  caseId: string;
  caseNumber: string;
  memberId: string;
  unionPath: string;
  itemCode: string;
  amountFen: number;
  channel: 'bank-card' | 'home-visit';
  /** Code of the fund it is paid from. */
  fund: string;
}

export interface RecordedVisit {
  visitedOn: string;
  accountId: string;
}

/** Who pays approved claims. Every function runs in the transaction of the change and may refuse it. */
export interface Payer {
  approved(ctx: Ctx, claim: ClaimRecord): Promise<void>;
  /** Another way of paying, while nothing has gone to the bank. */
  channelChanged(ctx: Ctx, claim: ClaimRecord): Promise<void>;
  /** Handed over in person; returns the payment's status. */
  visited(ctx: Ctx, claim: ClaimRecord, visit: RecordedVisit): Promise<string>;
  /** The approval was taken back, while nothing has gone to the bank. */
  cancelled(ctx: Ctx, claim: ClaimRecord): Promise<void>;
}

let registered: Payer | null = null;

/** Registered by disbursements when it is mounted. */
export function payClaims(payer: Payer): void {
  registered = payer;
}

export function payerOf(): Payer {
  if (!registered) throw new Error('no module pays claims');
  return registered;
}
