import type { Contract, ReplyOf } from '@smart-union/contract';
import type { Tone } from '../theme.ts';

export type MemberRow = ReplyOf<Contract['members']['list']>['items'][number];
export type Member = ReplyOf<Contract['members']['get']>;

export const statusTones: Record<MemberRow['status'], Tone> = {
  active: 'good',
  retained: 'info',
  left: 'plain',
};
