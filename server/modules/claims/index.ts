/** Front door of `claims`: cases that pay. */
export { mountClaims } from './routes.ts';
export { payClaims, type ClaimRecord, type Payer, type RecordedVisit } from './payers.ts';
export { markPaid, markUnpaid } from './read-claim.ts';
