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
  let written = 0;
  // Neither the walks nor the deposits end before both have been enough, whichever this machine is quicker at.
  const enough = () => found.length >= 12 && written > 12;
  const cadre = async () => {
    for (; !enough(); written += 1) await t.as('treasurer').disbursements.deposit(deposit);
  };
  const cadres = [cadre(), cadre(), cadre(), cadre()];
  while (!enough()) found.push(await walk());
  await Promise.all(cadres);
  expect(found.filter(({ ok }) => !ok)).toEqual([]);
  const { rows } = await t.as('auditor').audit.verify();
  expect(rows).toBeGreaterThan(found.at(0)!.rows);
});
