import type { Contract, ReplyOf } from '@smart-union/contract';
import type { Tone } from '../theme.ts';

export type Account = ReplyOf<Contract['accounts']['get']>;
export type Role = Account['grants'][number]['role'];

export const accountTones: Record<Account['status'], Tone> = {
  active: 'good',
  locked: 'danger',
  closed: 'plain',
};
