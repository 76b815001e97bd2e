import { contract } from '@smart-union/contract';
import { ownCheck } from '../../kernel/health/checks.ts';
import { mount, type HttpHost } from '../../kernel/http.ts';
import { addToTimeline } from '../cases/index.ts';
import { payClaims } from '../claims/index.ts';
import { listBatches, listLines, showBatch } from './batches.ts';
import { correctCard, correctMyCard } from './correct-card.ts';
import { cancelBatch, createBatch } from './create-batch.ts';
import { downloadDemoReturn } from './demo-bank.ts';
import { followUp, standingsOf } from './follow-up.ts';
import { importReturn } from './import-return.ts';
import { proveLedger } from './jobs.ts';
import { listExceptions } from './list-exceptions.ts';
import { deposit, listFunds, listTransfers } from './list-funds.ts';
import { listMyPayments, listPayments } from './list-payments.ts';
import { exportPayments } from './export-payments.ts';
import { exportVisits, listVisits } from './list-visits.ts';
import { payer } from './pay-claim.ts';
import { reportRefund } from './report-refund.ts';
import { markSent, readBatchFile, releaseBatch } from './release-batch.ts';
import { resolveException } from './resolve-exception.ts';

export function mountDisbursements(host: HttpHost): void {
  payClaims(payer);
  addToTimeline(followUp, standingsOf);
  host.platform.jobs.register(proveLedger);
  ownCheck(host.platform, 'ledger', proveLedger.name);
  mount(host, 'disbursements', contract.disbursements, {
    listFunds,
    listTransfers,
    deposit,
    list: listPayments,
    listVisits,
    exportPayments,
    exportVisits,
    listBatches,
    createBatch,
    getBatch: showBatch,
    listLines,
    cancelBatch,
    releaseBatch,
    batchFile: readBatchFile,
    markSent,
    importReturn,
    demoReturn: downloadDemoReturn,
    listExceptions,
    resolveException,
    reportRefund,
    correctCard,
    correctMyCard,
    myPaymentDate: listMyPayments,
  });
}
