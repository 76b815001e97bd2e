import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import type { CadreName, MemberName } from '../../../tests/world/world.ts';
import { approveClaim, fundWith, testCard } from '../../../tests/ledger/approved-claims.ts';
import type { Fund } from './funds.ts';

let t: TestApp;
let fund: Fund;
let runs = 0;
let code: string;

beforeAll(async () => {
  t = await testApp();
  // The strictest case: everybody holds every right about money, and still may not handle the same money twice.
  await t.db(async (ctx) => {
    for (const cadre of ['approver', 'otherApprover', 'treasurer', 'payer', 'chair'] as const) {
      await ctx.db
        .updateTable('account')
        .set({ totp_confirmed_at: ctx.now })
        .where('id', '=', t.world.cadres[cadre].id)
        .execute();
      for (const role of ['treasurer', 'payer']) {
        await ctx.db
          .insertInto('grant')
          .values({
            id: ctx.id(),
            account_id: t.world.cadres[cadre].id,
            role,
            union_id: t.world.unions.hailing.id,
            union_path: t.world.unions.hailing.path,
            from_on: '2020-01-01',
            granted_at: ctx.now,
          })
          .execute();
      }
    }
  });
});
afterAll(() => t?.close());

beforeEach(async () => {
  code = `eyes-${(runs += 1)}`;
  fund = await fundWith(t, 100_000, code);
});

const approve = (by: CadreName, member: MemberName) =>
  approveClaim(t, { by, member, fund: code, card: testCard(9000 + runs) });
const prepare = (by: CadreName, ids?: string[]) =>
  t.as(by).disbursements.createBatch({ body: { fundId: fund.id, ...(ids ? { disbursementIds: ids } : {}) } });
const release = (by: CadreName, id: string) => t.as(by).disbursements.releaseBatch({ params: { id } });
const refusedAs = (code_: string) => ({ code: code_ });
const paymentIds = async () =>
  (await t.as('treasurer').disbursements.list({ query: { fundId: fund.id } })).items.map(({ id }) => id);
/** Gives an account the ID number of a member, or of another account's holder: two accounts of one person. */
const isPerson = (cadre: CadreName, member: MemberName | null) =>
  t.db(async (ctx) => {
    const index = member
      ? ctx.pii.blindIndex('id-number', t.world.members[member].idNumber)
      : ctx.pii.blindIndex('id-number', '321202196501015555');
    await ctx.db
      .updateTable('account')
      .set({ person_index: index, member_id: null })
      .where('id', '=', t.world.cadres[cadre].id)
      .execute();
    t.server.host.auth.forget();
  });

describe('nobody handles the same money twice', () => {
  it('lets a third person prepare and a fourth release', async () => {
    await approve('approver', 'chen');
    const batch = await prepare('treasurer');
    expect(await release('payer', batch.id)).toMatchObject({ status: 'exported' });
  });

  it('does not let the approver prepare: left out of "all", refused by name', async () => {
    await approve('approver', 'chen');
    await expect(prepare('approver')).rejects.toMatchObject(refusedAs('prepare-same-person'));
    await approve('otherApprover', 'li');
    const batch = await prepare('approver');
    expect(batch.lineCount).toBe(1);
    const named = prepare('approver', await paymentIds());
    await expect(named).rejects.toMatchObject(refusedAs('payment-not-open'));
    await t.as('approver').disbursements.cancelBatch({ params: { id: batch.id } });
    await expect(prepare('approver', await paymentIds())).rejects.toMatchObject(
      refusedAs('prepare-same-person'),
    );
  });

  it.each([
    ['the preparer', 'treasurer'],
    ['an approver of a case in it', 'approver'],
  ] as const)('does not let %s release', async (_who, cadre) => {
    await approve('approver', 'chen');
    const batch = await prepare('treasurer');
    await expect(release(cadre, batch.id)).rejects.toMatchObject(refusedAs('release-same-person'));
    const seen = await t.as(cadre).disbursements.getBatch({ params: { id: batch.id } });
    expect(seen.can).not.toContain('release');
    expect(seen.cannot).toContain('另一个人');
  });

  it('does not let a payee prepare or release', async () => {
    await approve('approver', 'zhao');
    await expect(prepare('chair')).rejects.toMatchObject(refusedAs('prepare-same-person'));
    const batch = await prepare('treasurer');
    await expect(release('chair', batch.id)).rejects.toMatchObject(refusedAs('release-same-person'));
  });

  it('counts two accounts of one person as one', async () => {
    await isPerson('treasurer', null);
    await isPerson('payer', null);
    await approve('approver', 'chen');
    const batch = await prepare('treasurer');
    await expect(release('payer', batch.id)).rejects.toMatchObject(refusedAs('release-same-person'));
    // And a payee by her ID number alone, though no account names her.
    await isPerson('payer', 'li');
    await approve('approver', 'li');
    const other = await prepare('otherApprover');
    expect(other.lineCount).toBe(1);
    await expect(release('payer', other.id)).rejects.toMatchObject(refusedAs('release-same-person'));
    expect(await release('chair', other.id)).toMatchObject({ status: 'exported' });
    await isPerson('payer', null);
    await t.db((ctx) =>
      ctx.db
        .updateTable('account')
        .set({ person_index: null })
        .where('id', 'in', [t.world.cadres.payer.id, t.world.cadres.treasurer.id])
        .execute(),
    );
    t.server.host.auth.forget();
  });

  it('sees a payee who has moved to another district', async () => {
    await isPerson('payer', 'wang');
    await approve('approver', 'wang');
    await t.db((ctx) =>
      ctx.db
        .updateTable('member')
        .set({ union_path: t.world.unions.textiles.path, union_id: t.world.unions.textiles.id })
        .where('id', '=', t.world.members.wang.id)
        .execute(),
    );
    const batch = await prepare('treasurer');
    await expect(release('payer', batch.id)).rejects.toMatchObject(refusedAs('release-same-person'));
  });

  it('does not let whoever gave the card release, and tells the member', async () => {
    const caseId = await approve('approver', 'sun');
    const [id] = await paymentIds();
    await t.db((ctx) =>
      ctx.db.updateTable('disbursement').set({ status: 'failed' }).where('id', '=', id!).execute(),
    );
    await t.as('otherApprover').disbursements.correctCard({
      params: { id: id! },
      body: { note: '本人来电更换', bankCard: testCard(4321) },
    });
    const batch = await prepare('treasurer');
    await expect(release('otherApprover', batch.id)).rejects.toMatchObject(refusedAs('release-same-person'));
    const inbox = await t.as('sun').notifications.list({});
    expect(inbox.items[0]).toMatchObject({ title: '收款银行卡已更换', caseId });
  });

  it('keeps other districts out altogether', async () => {
    await approve('approver', 'chen');
    const batch = await prepare('treasurer');
    for (const attempt of [
      () => t.as('jiangyanApprover').disbursements.getBatch({ params: { id: batch.id } }),
      () => t.as('jiangyanApprover').disbursements.listLines({ params: { id: batch.id } }),
      () => t.as('jiangyanApprover').disbursements.listTransfers({ params: { id: fund.id } }),
    ])
      await expect(attempt()).rejects.toMatchObject(refusedAs('thing-not-found'));
    expect((await t.as('jiangyanApprover').disbursements.list({})).total).toBe(0);
    expect((await t.as('jiangyanApprover').disbursements.listFunds()).items).toEqual([]);
    await expect(t.as('chen').disbursements.listFunds()).rejects.toMatchObject(
      refusedAs('permission-missing'),
    );
  });

  it('releases once when two click at once, and exports the same bytes for ever', async () => {
    await approve('approver', 'chen');
    await approve('approver', 'li');
    const batch = await prepare('treasurer');
    const clicks = await Promise.allSettled([
      release('payer', batch.id),
      release('payer', batch.id),
      release('otherApprover', batch.id),
    ]);
    expect(clicks.filter((click) => click.status === 'fulfilled')).toHaveLength(1);
    for (const click of clicks)
      if (click.status === 'rejected') expect(click.reason).toMatchObject(refusedAs('batch-not-open'));
    const download = (format: string) =>
      t.call('payer', { method: 'GET', url: `/api/v1/payment-batches/${batch.id}/file?format=${format}` });
    const [csv, fixed] = [await download('csv'), await download('fixed')];
    t.addDays(400);
    expect((await download('csv')).raw.equals(csv.raw)).toBe(true);
    expect((await download('fixed')).raw.equals(fixed.raw)).toBe(true);
    t.addDays(-400);
    const fixedLines = fixed.raw.toString('latin1').split('\r\n');
    expect(fixedLines.map((line) => line.length)).toEqual([52, 188, 188, 0]);
    const { count } = await t.db((ctx) =>
      ctx.db
        .selectFrom('transfer')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('batch_id', '=', batch.id)
        .executeTakeFirstOrThrow(),
    );
    expect(count).toBe(2);
  });

  it('takes a payment into one batch when two prepare at once', async () => {
    for (const member of ['chen', 'li', 'sun'] as const) await approve('approver', member);
    const batches = await Promise.allSettled([
      prepare('treasurer'),
      prepare('payer'),
      prepare('otherApprover'),
    ]);
    const lines = batches.map((batch) => (batch.status === 'fulfilled' ? batch.value.lineCount : 0));
    expect(lines.reduce((sum, count) => sum + count, 0)).toBe(3);
  });
});
