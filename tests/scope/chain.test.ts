import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyAudit } from '../../server/kernel/audit.ts';
import { buildScene, type Scene } from './scene.ts';

let scene: Scene;
let owner: pg.Client;
beforeAll(async () => {
  scene = await buildScene();
  owner = new pg.Client({ connectionString: scene.t.url });
  await owner.connect();
  await owner.query(`set search_path to ${scene.t.federation.schema}`);
});
afterAll(async () => {
  await owner?.end();
  await scene?.t.close();
});

/** The walk itself, without the row that tells of it. */
const verify = () => scene.t.db(verifyAudit);

interface Row {
  lane: number;
  sequence: number;
}
const place = ({ lane, sequence }: Row) => Number(lane) * 1e12 + Number(sequence);

/** Rows in the middle of the longest lane: there is something before and after each. */
async function middle(): Promise<Row[]> {
  const found = await owner.query(`
    select lane, sequence::int as sequence from audit_event
    where lane = (select lane from audit_event group by lane order by count(*) desc limit 1) order by sequence`);
  const rows = found.rows as Row[];
  expect(rows.length).toBeGreaterThan(5);
  return rows.slice(2, -1);
}

/** A hand with the owner's rights does something to the log, the walk is asked, and the hand takes it back. */
async function tampered(statement: string, values: unknown[]): Promise<Awaited<ReturnType<typeof verify>>> {
  await owner.query('drop table if exists kept_events');
  await owner.query('create table kept_events as table audit_event');
  const { rowCount } = await owner.query(statement, values);
  expect(rowCount).toBeGreaterThan(0);
  const found = await verify();
  await owner.query('delete from audit_event');
  await owner.query('insert into audit_event select * from kept_events');
  return found;
}

it('finds a whole log whole, and says so to the auditor', async () => {
  expect(await scene.t.as('auditor').audit.verify()).toMatchObject({ ok: true, brokenAt: null });
});

it('names the row that was altered, column by column', async () => {
  const row = (await middle())[0]!;
  const at = [row.lane, row.sequence];
  const where = 'where lane = $1 and sequence = $2';
  const changes = [
    `payload = replace(payload, '"at"', '"At"')`,
    `payload = payload || ' '`,
    `kind = 'case.nothing-happened'`,
    `union_path = 'f.9'`,
    `account_id = '00000000-0000-7000-8000-000000000000'`,
    `subject_id = '00000000-0000-7000-8000-000000000000'`,
    `at = at + interval '1 millisecond'`,
    `hash = sha256(hash)`,
  ];
  for (const change of changes) {
    const found = await tampered(`update audit_event set ${change} ${where}`, at);
    expect([change, found.ok, found.brokenAt]).toEqual([change, false, place(row)]);
  }
  expect(await verify()).toMatchObject({ ok: true });
});

it('names the place where a row is missing', async () => {
  const row = (await middle())[0]!;
  const found = await tampered('delete from audit_event where lane = $1 and sequence = $2', [
    row.lane,
    row.sequence,
  ]);
  expect(found).toMatchObject({ ok: false, brokenAt: place({ ...row, sequence: row.sequence + 1 }) });
  expect(found.reason).toContain(`缺少第 ${row.sequence} 行`);
});

it('notices two rows that changed places', async () => {
  const [row, next] = (await middle()) as [Row, Row];
  const found = await tampered(
    `update audit_event e set kind = o.kind, payload = o.payload, hash = o.hash, at = o.at, subject_id = o.subject_id,
       account_id = o.account_id, union_path = o.union_path
     from kept_events o where e.lane = $1 and o.lane = $1
       and ((e.sequence = $2 and o.sequence = $3) or (e.sequence = $3 and o.sequence = $2))`,
    [row.lane, row.sequence, next.sequence],
  );
  expect(found).toMatchObject({ ok: false, brokenAt: place(row) });
});

it('notices that the end was cut off', async () => {
  const rows = await middle();
  const cut = rows.at(-1)!;
  const found = await tampered('delete from audit_event where lane = $1 and sequence >= $2', [
    cut.lane,
    cut.sequence,
  ]);
  expect(found.ok).toBe(false);
  expect(found.brokenAt).toBe(place(cut));
});

it('notices a forged row that was chained to the end', async () => {
  const row = (await middle())[0]!;
  const found = await tampered(
    `insert into audit_event (lane, sequence, at, kind, subject, union_path, payload, hash)
     select lane, max(sequence) + 1, max(at), 'case.approved', 'case', 'f', '{}', sha256('x') from audit_event
     where lane = $1 group by lane`,
    [row.lane],
  );
  expect(found.ok).toBe(false);
  expect(await verify()).toMatchObject({ ok: true });
});

/** What takes the log away, and how it comes back. */
const troubles = [
  ['the table is gone', 'alter table audit_event rename to away', 'alter table away rename to audit_event'],
  [
    'the right to write is gone',
    'revoke insert on audit_event from smart_union_app',
    'grant insert on audit_event to smart_union_app',
  ],
  ['the heads are gone', 'alter table audit_lane rename to away', 'alter table away rename to audit_lane'],
  [
    'a lane has no head',
    'create table away as table audit_lane; delete from audit_lane',
    'insert into audit_lane select * from away; drop table away',
  ],
] as const;

it.each(troubles)('stops the business when %s, and says so', async (_name, take, bring) => {
  await owner.query(take);
  try {
    const change = scene.t.as('chen').members.setBankCard({ body: { number: '6225880137245917' } });
    await expect(change).rejects.toMatchObject({ status: 503, code: 'audit-unwritable' });
  } finally {
    await owner.query(bring);
  }
  const { rows } = await owner.query('select bank_card_masked from member where id = $1', [
    scene.near.member.id,
  ]);
  expect(rows[0].bank_card_masked).not.toContain('5917');
  expect(await verify()).toMatchObject({ ok: true });
});

it('goes on when the log can be written again', async () => {
  await scene.t.as('chen').members.setBankCard({ body: { number: '6225880137245917' } });
  expect(await verify()).toMatchObject({ ok: true });
});
