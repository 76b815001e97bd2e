import type { Contract, ReplyOf } from '@smart-union/contract';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../client.ts';
import type { ListSearch } from '../page/list-search.ts';
import type { Tone } from '../theme.ts';
import { pick, type Texts } from '../texts/texts.ts';

export type CaseRow = ReplyOf<Contract['cases']['list']>['items'][number];
export type CaseDetail = ReplyOf<Contract['cases']['get']>;
export type Outcome = 'approve' | 'return' | 'decline';
export type View = 'todo' | 'returned' | 'decided' | 'all';

export const views: View[] = ['todo', 'returned', 'decided', 'all'];
export const viewOf = (search: ListSearch): View => views.find((view) => view === search.view) ?? 'todo';

export const statusTones: Record<CaseRow['status'], Tone> = {
  draft: 'plain',
  submitted: 'waiting',
  in_review: 'waiting',
  returned: 'info',
  approved: 'good',
  declined: 'danger',
  withdrawn: 'plain',
  closed: 'good',
};

/** Whether the server lets me decide this one now; the four-eyes rules are its own. */
export const mayDecide = (row: { can: string[] }): boolean => row.can.includes('decide');

/** What is applied for, in the language in use. */
export const itemOf = (row: Pick<CaseRow, 'itemTitle' | 'itemTitleEn'>): string =>
  pick(row.itemTitle, row.itemTitleEn);

/** Where it stands: its stage while it has one, else its status. */
export const stageOf = (row: CaseRow, t: Texts): string =>
  row.stageTitle === null ? t.cases.statuses[row.status] : pick(row.stageTitle, row.stageTitleEn);

/** The list a worklist URL stands for; the case page asks for the same one to know what comes next. */
export const caseListQuery = (query: Record<string, string | number>) =>
  queryOptions({
    queryKey: ['cases', 'list', query],
    queryFn: () => api.cases.list({ query: query as never }),
    placeholderData: (before: ReplyOf<Contract['cases']['list']> | undefined) => before,
  });

export const caseQuery = (id: string) =>
  queryOptions({ queryKey: ['cases', 'one', id], queryFn: () => api.cases.get({ params: { id } }) });

/** Search of the worklist that is carried to a case page, so that "next" follows the same order. */
export const listFilters = ['view', 'status', 'itemCode', 'under', 'overdue'];
