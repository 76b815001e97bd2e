/** Front door of `disbursements`: the money, from an approved claim to the member's account. */
export { mountDisbursements } from './routes.ts';
export { addMoney, openFund } from './funds.ts';
export { makeReturnFile } from './demo-bank.ts';
export { reconcileLedger } from './reconcile-ledger.ts';
