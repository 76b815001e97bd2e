/** Front door of `disbursements`: the money, from an approved claim to the member's account. */
export { mountDisbursements } from './routes.ts';
export { addMoney, openFund, type Fund, type NewFund } from './funds.ts';
export { makeReturnFile, type DemoReturn } from './demo-bank.ts';
export { reconcileLedger, type LedgerDrift } from './reconcile-ledger.ts';
