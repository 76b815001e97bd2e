import { contract, type InputOf, type ReplyOf } from '@smart-union/contract';
import type { Ctx } from '../../kernel/context.ts';
import { mount, type HttpHost } from '../../kernel/http.ts';
import { defineJob } from '../../kernel/jobs.ts';
import { cancelApproval } from './cancel-approval.ts';
import { getItem, listItems, type PublishedItem } from './catalogue-items.ts';
import { decideCase, decideMany } from './decide-case.ts';
import { discloseAnswers } from './disclose-answers.ts';
import { openCase, saveAnswers } from './draft-case.ts';
import { exportCases } from './export-cases.ts';
import { getCase } from './get-case.ts';
import { countCases, listCases } from './list-cases.ts';
import { getMine, listMyCases } from './my-cases.ts';
import { countersign, handOver, listColleagues } from './pass-on-case.ts';
import { submitCase, withdrawCase } from './submit-case.ts';
import { endNotices, escalateOverdue } from './watch-deadlines.ts';

type Catalogue = typeof contract.catalogue;

/** An item as lists show it. */
export const describeItem = ({ code, version, definition }: PublishedItem) => ({
  code,
  version,
  kind: definition.kind,
  title: definition.title,
  titleEn: definition.titleEn ?? null,
  summary: definition.summary,
  summaryEn: definition.summaryEn ?? null,
  lifeEvent: definition.lifeEvent ?? '',
  keywords: definition.keywords,
});

async function listCatalogue(ctx: Ctx): Promise<ReplyOf<Catalogue['list']>> {
  return { items: (await listItems(ctx)).map(describeItem) };
}

async function getCatalogueItem(
  ctx: Ctx,
  { params }: InputOf<Catalogue['get']>,
): Promise<ReplyOf<Catalogue['get']>> {
  const item = await getItem(ctx, params.code);
  return { ...describeItem(item), definition: item.definition as unknown as Record<string, unknown> };
}

export function mountCases(host: HttpHost): void {
  mount(host, 'catalogue', contract.catalogue, { list: listCatalogue, get: getCatalogueItem });
  mount(host, 'cases', contract.cases, {
    listMine: listMyCases,
    getMine,
    open: openCase,
    saveAnswers,
    submit: submitCase,
    withdraw: withdrawCase,
    list: listCases,
    counts: countCases,
    exportList: exportCases,
    get: getCase,
    decide: decideCase,
    decideMany,
    cancelApproval,
    colleagues: listColleagues,
    handOver,
    countersign,
    disclose: discloseAnswers,
  });
  host.platform.jobs.register(
    defineJob({
      name: 'cases.escalate',
      schedule: { everyMinutes: 30 },
      run: async (ctx) => void (await escalateOverdue(ctx)),
    }),
  );
  host.platform.jobs.register(
    defineJob({
      name: 'cases.notices',
      schedule: { dailyAt: '00:05' },
      run: async (ctx) => void (await endNotices(ctx)),
    }),
  );
}
