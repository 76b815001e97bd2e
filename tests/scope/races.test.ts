import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiError } from '@smart-union/api-client';
import type { PersonName, TestApp } from '../database/test-app.ts';
import { pngPhoto } from '../world/photos.ts';
import { fileClaim } from './file-claim.ts';
import { buildScene, type Scene } from './scene.ts';

let scene: Scene;
let t: TestApp;
beforeAll(async () => {
  scene = await buildScene();
  ({ t } = scene);
});
afterAll(() => scene?.t.close());

const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof ApiError ? error.code : String(error)),
  );

const tally = (codes: readonly string[]) => {
  const counts: Record<string, number> = {};
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
};

const count = async (table: string, where: string, value: string): Promise<number> =>
  t.db(async (ctx) => {
    const found = await sql<{ count: number }>`select count(*)::int as count from ${sql.table(table)}
      where ${sql.ref(where)}::text = ${value}`.execute(ctx.db);
    return found.rows[0]!.count;
  });

/**
 * Claims of one member that the page would never let wait side by side: what a second server, an older app or a hand at
 * the database could leave. Submitted at once they must still be as many as the year allows.
 */
async function waitSideBySide(person: PersonName, howMany: number): Promise<string[]> {
  const client = t.as(person);
  const photo = await pngPhoto();
  const made: string[] = [];
  for (let turn = 0; turn < howMany; turn += 1) {
    const draft = await client.cases.open({ body: { itemCode: 'hospital-consolation' } });
    const month = String(1 + Math.floor(turn / 2)).padStart(2, '0');
    const first = turn % 2 ? 15 : 5;
    const answers = {
      receipts: [await t.upload(person, '票据.png', photo)],
      hospital: '泰州市人民医院',
      admittedOn: `2026-${month}-${String(first).padStart(2, '0')}`,
      dischargedOn: `2026-${month}-${first + 5 < 11 ? '10' : '20'}`,
      diagnosis: '肺炎',
      bankCard: '6222021234567890128',
    };
    const saved = await client.cases.saveAnswers({
      params: { id: draft.id },
      body: { answers, version: draft.version },
    });
    expect(saved.faults).toEqual([]);
    made.push(draft.id);
    // Returned is as good for submitting as a draft, and not bound to be the only one.
    await t.db((ctx) =>
      ctx.db.updateTable('case').set({ status: 'returned' }).where('id', '=', draft.id).execute(),
    );
  }
  return made;
}

async function submitAll(person: PersonName, ids: readonly string[]): Promise<string[]> {
  const rows = await t.db((ctx) =>
    ctx.db
      .selectFrom('case')
      .select(['id', 'version'])
      .where('id', 'in', [...ids])
      .execute(),
  );
  return Promise.all(
    rows.map(({ id, version }) => outcome(t.as(person).cases.submit({ params: { id }, body: { version } }))),
  );
}

it('lets two of twenty different claims through when all are submitted at the same moment', async () => {
  const ids = await waitSideBySide('li', 20);
  expect(tally(await submitAll('li', ids))).toEqual({ done: 2, 'claim-not-entitled': 18 });
  const { id } = t.world.members.li;
  expect(await count('claim', 'member_id', id)).toBe(2);
  const rows = await t.db((ctx) =>
    ctx.db
      .selectFrom('case')
      .select('status')
      .where('member_id', '=', id)
      .where('status', '=', 'in_review')
      .execute(),
  );
  expect(rows).toHaveLength(2);
});

it('lets one of two simultaneous claims for the last place through', async () => {
  const [first, ...others] = await waitSideBySide('zhang', 3);
  expect(await submitAll('zhang', [first!])).toEqual(['done']);
  expect(tally(await submitAll('zhang', others))).toEqual({ done: 1, 'claim-not-entitled': 1 });
  expect(await count('claim', 'member_id', t.world.members.zhang.id)).toBe(2);
});

it('decides ten cases once each under two hundred clicks, and reserves the money once each', async () => {
  const cases: string[] = [];
  const people: PersonName[] = ['sun', 'zhao', 'newcomer', 'approverPerson'];
  for (const person of people)
    for (const month of [5, 8]) cases.push((await fileClaim(t, person, month, '泰州市人民医院')).id);
  // The two of the scene that stand at the unit's desk make ten.
  cases.push(scene.near.openCase, scene.far.openCase);
  const chairs: Record<string, PersonName> = {};
  for (const id of cases) {
    const row = await t.db((ctx) =>
      ctx.db.selectFrom('case').select('union_path').where('id', '=', id).executeTakeFirstOrThrow(),
    );
    chairs[id] = await deciderAt(row.union_path);
  }
  const clicks = await Promise.all(
    cases.flatMap((id) =>
      Array.from({ length: 20 }, () =>
        outcome(t.as(chairs[id]!).cases.decide({ params: { id }, body: { outcome: 'approve' } })),
      ),
    ),
  );
  expect(tally(clicks)).toEqual({ done: 10, 'decision-already-made': 190 });
  const near = cases.filter((id) => id !== scene.far.openCase);
  const approvals = await Promise.all(
    near.flatMap((id) =>
      Array.from({ length: 10 }, (_, turn) =>
        outcome(
          t
            .as(turn % 2 ? 'approver' : 'otherApprover')
            .cases.decide({ params: { id }, body: { outcome: 'approve' } }),
        ),
      ),
    ),
  );
  const told = tally(approvals);
  expect(told.done).toBe(9);
  // The approver's own two claims are refused to him, whichever click comes first.
  expect((told['decision-own-case'] ?? 0) + (told['decision-already-made'] ?? 0)).toBe(81);
  for (const id of near) {
    expect(await count('disbursement', 'case_id', id)).toBe(1);
    const reserved = await t.db((ctx) =>
      ctx.db
        .selectFrom('transfer')
        .select('amount_fen')
        .where('case_id', '=', id)
        .where('kind', '=', 'reserve')
        .execute(),
    );
    expect(reserved).toEqual([{ amount_fen: 10_000 }]);
  }
});

/** A chair who may decide at this union; where there is none the deputy chair is given the office. */
async function deciderAt(path: string): Promise<PersonName> {
  if (path === scene.far.paths.unit) return 'farChair' as PersonName;
  const at = Object.values(t.world.unions).find((union) => union.path === path)!;
  await t.db((ctx) =>
    ctx.db
      .insertInto('grant')
      .values({
        id: ctx.id(),
        account_id: t.world.cadres.deputyChair.id,
        role: 'unit-chair',
        union_id: at.id,
        union_path: path,
        from_on: '2020-01-01',
        granted_at: ctx.now,
      })
      .execute(),
  );
  t.server.host.auth.forget();
  return 'deputyChair';
}

it('answers every repeat of a key with the first reply, and a key with other words with 422', async () => {
  const { fundId } = scene.near;
  const put = (amountFen: number, idempotencyKey: string) =>
    t
      .as('treasurer')
      .disbursements.deposit(
        { params: { id: fundId }, body: { amountFen, note: '拨款' } },
        { idempotencyKey },
      );
  const before = await count('transfer', 'kind', 'deposit');
  const replies = await Promise.all(Array.from({ length: 30 }, () => put(700, 'deposit-one')));
  expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
  expect(await count('transfer', 'kind', 'deposit')).toBe(before + 1);
  expect(await outcome(put(701, 'deposit-one'))).toBe('idempotency-mismatch');
  // Days later the same key is still the same deposit.
  t.addDays(20);
  expect(await put(700, 'deposit-one')).toEqual(replies[0]);
  t.addDays(-20);
  expect(await count('transfer', 'kind', 'deposit')).toBe(before + 1);
  // A key belongs to a person: somebody else's is another deposit.
  const stranger = t
    .as('farTreasurer' as PersonName)
    .disbursements.deposit(
      { params: { id: scene.far.fundId }, body: { amountFen: 700, note: '拨款' } },
      { idempotencyKey: 'deposit-one' },
    );
  expect(await outcome(stranger)).toBe('done');
});

it('puts each payment into one batch when twenty hands make batches at once', async () => {
  const waiting = (await count('disbursement', 'status', 'ready')) - 1;
  expect(waiting).toBeGreaterThan(5);
  const made = await Promise.all(
    Array.from({ length: 20 }, () =>
      outcome(t.as('treasurer').disbursements.createBatch({ body: { fundId: scene.near.fundId } })),
    ),
  );
  expect(made.filter((code) => code !== 'done').every((code) => code === 'batch-empty')).toBe(true);
  const live = await t.db((ctx) =>
    sql<{ lines: number; payments: number }>`
      select count(*)::int as lines, count(distinct disbursement_id)::int as payments
      from payment_line where result = 'pending'`.execute(ctx.db),
  );
  expect(live.rows[0]).toEqual({ lines: waiting, payments: waiting });
});

it('releases, exports and settles once, however often it is pressed', async () => {
  const batches = await t.as('payer').disbursements.listBatches({ query: { status: 'locked' } });
  for (const batch of batches.items) {
    const at = { params: { id: batch.id } };
    const released = await Promise.all(
      Array.from({ length: 10 }, () => outcome(t.as('payer').disbursements.releaseBatch(at))),
    );
    expect(tally(released)).toEqual({ done: 1, 'batch-not-open': 9 });
    for (const format of ['csv', 'fixed'] as const) {
      const files = await Promise.all(
        Array.from({ length: 8 }, () => t.as('payer').disbursements.batchFile({ ...at, query: { format } })),
      );
      expect(new Set(files.map((file) => (file as Buffer).toString('base64'))).size).toBe(1);
      expect((files[0] as Buffer).length).toBeGreaterThan(100);
    }
    expect(await count('transfer', 'batch_id', batch.id)).toBe(batch.lineCount);
    const sent = await Promise.all(
      Array.from({ length: 5 }, () => outcome(t.as('payer').disbursements.markSent(at))),
    );
    expect(tally(sent)).toEqual({ done: 1, 'batch-not-open': 4 });
    const file = await t.as('treasurer').disbursements.demoReturn({ ...at, query: { reject: 1 } });
    const read = await Promise.all(
      Array.from({ length: 6 }, () => t.as('treasurer').disbursements.importReturn(at, { raw: file })),
    );
    expect(read.filter((reply) => !reply.alreadyRead)).toHaveLength(1);
    expect(await count('transfer', 'batch_id', batch.id)).toBe(batch.lineCount * 2);
    expect(await count('bank_return', 'batch_id', batch.id)).toBe(1);
  }
});

it('leaves a ledger that adds up and a chain that is whole', async () => {
  const { reconcileLedger } = await import('../../server/modules/disbursements/index.ts');
  expect(await t.db(reconcileLedger)).toEqual([]);
  expect(await t.as('auditor').audit.verify()).toMatchObject({ ok: true });
});
