import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApp, type TestApp } from '../database/test-app.ts';
import { fundWith } from '../ledger/approved-claims.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t?.close());

it('calls the log whole while others are writing to it', async () => {
  const fund = await fundWith(t, 1);
  const deposit = { params: { id: fund.id }, body: { amountFen: 1, note: '零星存入' } };
  const found: Awaited<ReturnType<typeof walk>>[] = [];
  const walk = () => t.as('auditor').audit.verify();
  const cadre = async () => {
    let written = 0;
    for (; found.length < 12; written += 1) await t.as('treasurer').disbursements.deposit(deposit);
    return written;
  };
  const cadres = [cadre(), cadre(), cadre(), cadre()];
  while (found.length < 12) found.push(await walk());
  const written = await Promise.all(cadres);
  expect(found.filter(({ ok }) => !ok)).toEqual([]);
  expect(written.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(12);
  const { rows } = await t.as('auditor').audit.verify();
  expect(rows).toBeGreaterThan(found.at(0)!.rows);
});
