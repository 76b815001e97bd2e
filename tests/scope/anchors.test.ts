import { createHash } from 'node:crypto';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { anchorAudit, anchorPath, verifyAnchoredAudit } from '../../server/kernel/audit-anchor.ts';
import { record, verifyAudit } from '../../server/kernel/audit.ts';
import type { Ctx } from '../../server/kernel/context.ts';
import { testApp, type TestApp } from '../database/test-app.ts';

let t: TestApp;
let owner: pg.Client;
beforeAll(async () => {
  t = await testApp();
  owner = new pg.Client({ connectionString: t.url });
  await owner.connect();
  await owner.query(`set search_path to ${t.federation.schema}`);
});
afterAll(async () => {
  await owner?.end();
  await t?.close();
});

const note = (text: string) =>
  t.db((ctx) =>
    record(ctx, { kind: 'test.noted', subject: 'test', subjectId: null, unionPath: 'f', data: { text } }),
  );
const anchor = (restart?: string) => t.db((ctx) => anchorAudit(ctx, restart));
const verify = () => t.db(verifyAnchoredAudit);
const path = () => t.db(async (ctx: Ctx) => anchorPath(ctx));
const reset = async () => {
  await rm(await path(), { force: true });
  await owner.query('delete from audit_event');
  for (let lane = 0; lane < 64; lane += 1) {
    const hash = createHash('sha256').update(`${t.federation.code} ${lane}`).digest();
    await owner.query('update audit_lane set sequence = 0, hash = $2 where lane = $1', [lane, hash]);
  }
};

/** Chains a lane anew over whatever rows it has now, head included: the owner of the database can do this. */
async function forge(lane: number): Promise<void> {
  const { rows } = await owner.query<{ sequence: string; payload: string }>(
    'select sequence, payload from audit_event where lane = $1 order by sequence',
    [lane],
  );
  let hash = createHash('sha256').update(`${t.federation.code} ${lane}`).digest();
  let number = 0;
  for (const { sequence, payload } of rows) {
    hash = createHash('sha256').update(hash).update(payload).digest();
    number += 1;
    await owner.query('update audit_event set hash = $3, sequence = $4 where lane = $1 and sequence = $2', [
      lane,
      sequence,
      hash,
      number,
    ]);
  }
  await owner.query('update audit_lane set sequence = $2, hash = $3 where lane = $1', [lane, number, hash]);
}

/** The last row that an anchor covers in the lane with most of them; the anchor's own row is the next one's. */
const longest = async () => {
  const { rows } = await owner.query<{ lane: number; sequence: number }>(
    `select lane, max(sequence)::int as sequence from audit_event where kind = 'test.noted'
     group by lane order by 2 desc, 1 limit 1`,
  );
  return rows[0]!;
};

beforeEach(async () => {
  await reset();
  for (let index = 0; index < 80; index += 1) await note(`第 ${index} 件`);
  await anchor();
  for (let index = 0; index < 80; index += 1) await note(`又 ${index} 件`);
  await anchor();
});

it('calls an untouched log whole, by whichever way it is asked', async () => {
  expect(await verify()).toMatchObject({ ok: true, reason: null });
  expect(await t.as('auditor').audit.verify()).toMatchObject({ ok: true });
});

it('finds a log rewritten and chained anew, and names the rows between two anchors', async () => {
  const { lane, sequence } = await longest();
  await owner.query(
    `update audit_event set payload = replace(payload, '件', '个') where lane = $1 and sequence = $2`,
    [lane, sequence],
  );
  await forge(lane);
  expect(await t.db(verifyAudit)).toMatchObject({ ok: true });
  const found = await verify();
  expect(found).toMatchObject({ ok: false, headHash: null });
  expect(found.reason).toContain('被整体改写');
  expect(found.reason).toContain('第 2 号存证');
  const from = found.brokenAt! - lane * 1e12;
  expect(from).toBeGreaterThan(1);
  expect(from).toBeLessThanOrEqual(sequence);
});

it('finds a log whose end was cut off together with its head', async () => {
  const { lane, sequence } = await longest();
  await owner.query('delete from audit_event where lane = $1 and sequence >= $2', [lane, sequence]);
  await forge(lane);
  expect(await t.db(verifyAudit)).toMatchObject({ ok: true });
  expect(await verify()).toMatchObject({ ok: false, reason: expect.stringContaining('被删除') });
});

it('finds every one of forty rows altered, removed or exchanged and chained anew', async () => {
  const { rows } = await owner.query<{ lane: number; sequence: number; kind: string }>(
    `select lane, sequence::int as sequence, kind from audit_event where kind = 'test.noted' order by random() limit 40`,
  );
  const missed: unknown[] = [];
  for (const [index, { lane, sequence }] of rows.entries()) {
    await owner.query('drop table if exists kept_events, kept_lanes');
    await owner.query('create table kept_events as table audit_event');
    await owner.query('create table kept_lanes as table audit_lane');
    if (index % 2 === 0)
      await owner.query(`update audit_event set payload = payload || ' ' where lane = $1 and sequence = $2`, [
        lane,
        sequence,
      ]);
    else await owner.query('delete from audit_event where lane = $1 and sequence = $2', [lane, sequence]);
    await forge(lane);
    const found = await verify();
    const near = found.brokenAt !== null && Math.floor(found.brokenAt / 1e12) === lane;
    if (found.ok || !near || found.brokenAt! % 1e12 > sequence) missed.push([lane, sequence, found]);
    await owner.query('delete from audit_event');
    await owner.query('insert into audit_event select * from kept_events');
    await owner.query(
      'update audit_lane l set sequence = k.sequence, hash = k.hash from kept_lanes k where k.lane = l.lane',
    );
  }
  expect(missed).toEqual([]);
  expect(await verify()).toMatchObject({ ok: true });
});

it('finds the file outside altered, shortened, forged or gone', async () => {
  const file = await path();
  const text = await readFile(file, 'utf8');
  const [first = '', second = ''] = text.split('\n');
  const forged = (line: string) => line.replace(/"mac":"[0-9a-f]+"/, `"mac":"${'ab'.repeat(32)}"`);
  const changes: [string, string][] = [
    [`${second}\n`, '第 1 行'],
    [`${first}\n`, '缺少第 2–2 号'],
    ['', '缺少第 1–2 号'],
    [`${first}\n${forged(second)}\n`, '第 2 行'],
    [`${second}\n${first}\n`, '第 1 行'],
    [text.replace(/"at":"2/, '"at":"1'), '第 1 行'],
  ];
  for (const [changed, reason] of changes) {
    await writeFile(file, changed);
    expect(await verify()).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  }
  await writeFile(file, text);
  expect(await verify()).toMatchObject({ ok: true });
});

it('goes on after a death in the middle of a line', async () => {
  await appendFile(await path(), '{"number":3,"at":"20');
  expect(await verify()).toMatchObject({ ok: true });
  expect(await anchor()).toMatchObject({ number: 3 });
  expect(await verify()).toMatchObject({ ok: true });
});

it('starts again with a reason on record after an older backup came back', async () => {
  const { lane, sequence } = await longest();
  await owner.query('delete from audit_event where lane = $1 and sequence >= $2', [lane, sequence]);
  await forge(lane);
  expect((await verify()).ok).toBe(false);
  await anchor('恢复了昨天的备份');
  expect(await verify()).toMatchObject({ ok: true });
  const { rows } = await owner.query<{ payload: string }>(
    `select payload from audit_event where kind = 'audit.anchors-restarted'`,
  );
  expect(rows.map(({ payload }) => payload)).toEqual([expect.stringContaining('恢复了昨天的备份')]);
});
