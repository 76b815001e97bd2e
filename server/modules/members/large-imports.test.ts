import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { importUnionsFile } from '../unions/index.ts';
import { madeUpIdNumber } from './factory.ts';

/** More rows, and more bytes, than a call reads or saves itself. */
const many = 5000;
const unions = fileURLToPath(new URL('../../../tests/data/roster-hailing/unions.xlsx', import.meta.url));
const own = '泰丰泵业工会委员会';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
  await t.db((ctx) => importUnionsFile(ctx, unions));
});
afterAll(() => t.close());

const title = '姓名,证件号码,手机号码,所属工会,入会日期,工作单位\n';
const line = (number: number, union = own) =>
  `张三丰,${madeUpIdNumber(number)},139${String(number).padStart(8, '0')},${union},2020-01-01,泰州市海陵区泰丰泵业有限公司\n`;
const rosterOf = (first: number, union = own) =>
  Buffer.from(title + Array.from({ length: many }, (_, index) => line(first + index, union)).join(''));

const imports = () => t.as('registrar').memberImports;
const preview = (bytes: Buffer) => imports().preview({ query: { fileName: '大名册.csv' } }, { raw: bytes });
const get = (id: string) => imports().get({ params: { id } });
const drain = () => t.server.platform.jobs.drain(t.server.platform);
const memberCount = () =>
  t.db(async (ctx) => {
    const found = await sql<{ count: number }>`select count(*)::int as count from member`.execute(ctx.db);
    return found.rows[0]!.count;
  });
const isKept = (id: string) => existsSync(`${t.dataDir}/rosters/${id}`);

async function previewed(bytes: Buffer) {
  const { id } = await preview(bytes);
  await drain();
  return get(id);
}

async function committed(id: string) {
  expect(await imports().commit({ params: { id } })).toMatchObject({ status: 'saving' });
  await drain();
  return get(id);
}

describe('a roster of many rows', () => {
  it('is read and saved by a job, as the cadre who asked, and taken as unchanged the second time', async () => {
    const before = await memberCount();
    const started = await preview(rosterOf(10_000));
    expect(started).toMatchObject({ status: 'reading', counts: { rows: 0 }, problem: null });
    await expect(imports().commit({ params: { id: started.id } })).rejects.toMatchObject({
      code: 'import-not-open',
    });
    await drain();
    const run = await get(started.id);
    expect(run).toMatchObject({ status: 'previewed', progress: null, problem: null });
    expect(run.counts).toMatchObject({ rows: many, added: many, reject: 0 });
    expect(await memberCount()).toBe(before);
    const done = await committed(run.id);
    expect(done).toMatchObject({ status: 'committed', counts: run.counts, progress: null });
    expect(await memberCount()).toBe(before + many);
    const audit = await t.db((ctx) =>
      ctx.db
        .selectFrom('audit_event')
        .select(['kind', 'account_id'])
        .where('subject_id', '=', run.id)
        .execute(),
    );
    expect(audit).toEqual([{ kind: 'members.imported', account_id: t.world.cadres.registrar.id }]);
    const again = await previewed(rosterOf(10_000));
    expect(again.counts).toMatchObject({ added: 0, changed: 0, unchanged: many });
    expect(await committed(again.id)).toMatchObject({ status: 'committed' });
    expect(await memberCount()).toBe(before + many);
  });

  it('keeps to the importer’s scope, as it is when the job runs', async () => {
    const elsewhere = await previewed(rosterOf(20_000, '姜堰纺织工会委员会'));
    expect(elsewhere.counts).toMatchObject({ rows: many, reject: many });
    expect(elsewhere.byFault.map(({ kind }) => kind)).toEqual(['unknown-union']);
    const run = await previewed(rosterOf(20_000));
    const grants = (revoked_at: Date | null) =>
      t.db((ctx) =>
        ctx.db
          .updateTable('grant')
          .set({ revoked_at })
          .where('account_id', '=', t.world.cadres.registrar.id)
          .execute(),
      );
    const before = await memberCount();
    expect(await imports().commit({ params: { id: run.id } })).toMatchObject({ status: 'saving' });
    await grants(new Date('2026-11-01T00:00:00Z'));
    await drain();
    await grants(null);
    expect(await get(run.id)).toMatchObject({
      status: 'previewed',
      problem: { code: 'permission-missing', reasonEn: expect.stringMatching(/permission/) },
    });
    expect(await memberCount()).toBe(before);
  });

  it('is refused whole when the data changed since the preview, and says so', async () => {
    const [run, twin] = [await previewed(rosterOf(30_000)), await previewed(rosterOf(30_000))];
    expect(await committed(twin.id)).toMatchObject({ status: 'committed' });
    const before = await memberCount();
    expect(await committed(run.id)).toMatchObject({
      status: 'previewed',
      progress: null,
      problem: { code: 'import-stale', reason: expect.stringContaining('重新上传') },
    });
    expect(await memberCount()).toBe(before);
    expect(await imports().discard({ params: { id: run.id } })).toEqual({ ok: true });
  });

  it('that cannot be read is told in words and not kept', async () => {
    const { id } = await preview(Buffer.alloc(600_000, '甲乙丙,丁戊己\n'));
    await drain();
    expect(await get(id)).toMatchObject({
      status: 'failed',
      counts: { rows: 0 },
      problem: { code: 'sheet-unreadable', reason: expect.any(String) },
    });
    await expect.poll(() => isKept(id)).toBe(false);
  });

  it('may be thrown away while it is read', async () => {
    const { id } = await preview(rosterOf(40_000));
    expect(isKept(id)).toBe(true);
    expect(await imports().discard({ params: { id } })).toEqual({ ok: true });
    await drain();
    expect(await get(id)).toMatchObject({ status: 'discarded', counts: { rows: 0 } });
    await expect.poll(() => isKept(id)).toBe(false);
  });
});
