import type { Contract, ReplyOf } from '@smart-union/contract';
import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { api } from '../client.ts';
import type { Tone } from '../theme.ts';

export type Fund = ReplyOf<Contract['disbursements']['listFunds']>['items'][number];
export type Transfer = ReplyOf<Contract['disbursements']['listTransfers']>['items'][number];
export type Payment = ReplyOf<Contract['disbursements']['list']>['items'][number];
export type VisitDue = ReplyOf<Contract['disbursements']['listVisits']>['items'][number];
export type Batch = ReplyOf<Contract['disbursements']['getBatch']>;
export type BatchLine = ReplyOf<Contract['disbursements']['listLines']>['items'][number];
export type PaymentException = ReplyOf<Contract['disbursements']['listExceptions']>['items'][number];

export const paymentTones: Record<Payment['status'], Tone> = {
  ready: 'waiting',
  batched: 'waiting',
  sent: 'info',
  paid: 'good',
  failed: 'danger',
  exception: 'danger',
  'visit-due': 'waiting',
  cancelled: 'plain',
};

export const batchTones: Record<Batch['status'], Tone> = {
  draft: 'plain',
  locked: 'waiting',
  exported: 'waiting',
  sent: 'info',
  returned: 'danger',
  reconciled: 'good',
};

export const fundsQuery = queryOptions({ queryKey: ['funds'], queryFn: () => api.disbursements.listFunds() });

/** After any act on money every figure that shows money is asked for again. */
export const refreshMoney = (queryClient: QueryClient): Promise<unknown> =>
  Promise.all(
    [['funds'], ['disbursements'], ['batches'], ['exceptions'], ['dashboards'], ['cases', 'one']].map(
      (queryKey) => queryClient.invalidateQueries({ queryKey }),
    ),
  );
