import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { approveClaim, fundWith } from '../../../tests/ledger/approved-claims.ts';
import { readSheets } from '../../kernel/sheets/read.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
  await fundWith(t, 1_000_000);
  for (const member of ['li', 'chen', 'zhang'] as const) {
    await approveClaim(t, { member });
    t.addDays(1);
  }
});
afterAll(() => t?.close());

const list = (query: object) =>
  t
    .as('treasurer')
    .disbursements.list({ query })
    .then(({ items }) => items);
const namesOf = async (query: object) => (await list(query)).map((row) => row.payeeName);

it('sorts payments, the latest approved first by itself', async () => {
  expect(await namesOf({})).toEqual(['张伟', '陈小顺', '李建国']);
  expect(await namesOf({ sort: 'approvedAt' })).toEqual(['李建国', '陈小顺', '张伟']);
  expect(await namesOf({ sort: '-payee' })).toEqual((await namesOf({ sort: 'payee' })).toReversed());
  expect(await namesOf({ sort: 'constructor' })).toEqual(await namesOf({ sort: 'approvedAt' }));
  expect(await namesOf({ sort: 'amount', page: 2, pageSize: 2 })).toHaveLength(1);
});

it('leaves as a workbook of the same rows, cards masked, with its reason in the audit log', async () => {
  const reason = '季度对账';
  const url = `/api/v1/disbursements/export.xlsx?q=${encodeURIComponent('陈')}&reason=${encodeURIComponent(reason)}`;
  const reply = await t.call('auditor', { method: 'GET', url });
  expect(reply.status).toBe(200);
  const [head, row, mark] = (await readSheets({ bytes: reply.raw })).sheets[0]!.rows.map(
    ({ texts }) => texts,
  );
  const [payment] = await list({ q: '陈' });
  expect(head!.slice(0, 3)).toEqual(['收款人', '金额（元）', '状态']);
  expect(row).toEqual(expect.arrayContaining(['陈小顺', '100.00', '等待编批', payment!.caseNumber]));
  expect(row).toContain(payment!.bankCardMasked);
  expect(mark!.join('')).toContain(reason);
  const { audited, exported } = await t.db(async (ctx) => ({
    audited: await ctx.db
      .selectFrom('audit_event')
      .select('payload')
      .where('kind', '=', 'payments.exported')
      .execute(),
    exported: await ctx.db.selectFrom('export_event').select(['row_count', 'member_ids']).execute(),
  }));
  expect(audited.map(({ payload }) => payload)).toEqual([expect.stringContaining(reason)]);
  expect(exported).toEqual([{ row_count: 1, member_ids: [t.world.members.chen.id] }]);
});

it('needs a second person when it is long, as every export does, asked for with the same words', async () => {
  await t.db((ctx) =>
    ctx.db
      .insertInto('privacy_setting')
      .values({ name: 'export-rows', from_on: ctx.today, set_at: ctx.now, value: 2, reason: '测试' })
      .execute(),
  );
  const reason = '年度审计用';
  const call = () =>
    t.call('treasurer', {
      method: 'GET',
      url: `/api/v1/disbursements/export.xlsx?sort=payee&reason=${encodeURIComponent(reason)}`,
    });
  expect((await call()).body).toMatchObject({ error: { code: 'export-needs-approval' } });
  const { id } = await t.as('treasurer').privacy.ask({
    body: { kind: 'export', subject: 'cases', query: { view: 'payments', sort: 'payee' }, reason },
  });
  await t.as('auditor').privacy.decide({ params: { id }, body: { outcome: 'grant' } });
  expect((await call()).status).toBe(200);
});
