import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../server/kernel/db.ts';
import { databaseUrl } from '../database/template.ts';
import { openArena, type Arena } from './arena.ts';
import { check, type Finding } from './checkers.ts';
import { chance } from './effort.ts';
import { History, type Operation } from './history.ts';
import { nemeses } from './nemeses.ts';
import { startWorkload } from './workload.ts';

let arena: Arena;
let admin: pg.Client;
const history = new History();

const count = (kind: Operation['kind']) =>
  history.of(kind).filter(({ outcome }) => outcome === 'acknowledged').length;

// A federation's year in small, with nothing harmed: everybody claims twice, and what is approved is paid.
beforeAll(async () => {
  arena = await openArena({ chance });
  const workload = startWorkload(arena, history, await arena.enrol(4), await arena.enrol(4));
  history.texts = arena.gateway.texts;
  const enough = () =>
    count('submit') >= 8 && count('return') >= 2 && count('code') >= 4 && history.texts.length >= 4;
  for (const until = Date.now() + 200_000; !enough() && Date.now() < until;) await sleep(50);
  await workload.stop();
  // A copy is taken of a database nobody is connected to.
  await arena.server.stop();
  await arena.stage.close();
  const url = new URL(arena.database.url);
  url.pathname = '/postgres';
  admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
});
afterAll(async () => {
  await admin?.end();
  await arena?.close();
});

const kinds = (found: Finding[]) => [...new Set(found.map(({ checker, kind }) => `${checker} ${kind}`))];

/** What the checkers say of a copy of the database that somebody has put a hand to. */
async function saidOf(harm: string | null, told = history): Promise<string[]> {
  const { platform } = arena.stage.server;
  await admin.query('create database harmed template smart_union');
  const copy = databaseUrl(arena.database.url, 'harmed');
  const database = openDatabase(copy, 2);
  const owner = new pg.Client({ connectionString: copy });
  await owner.connect();
  try {
    await owner.query(`set search_path to ${arena.stage.federation.schema}`);
    if (harm) await owner.query(harm);
    return kinds(await check({ ...platform, database }, arena.stage.federation, told));
  } finally {
    await owner.end();
    await database.close();
    await admin.query('drop database harmed with (force)');
  }
}

const last = (kind: Operation['kind']) => {
  const found = history.of(kind).findLast(({ outcome }) => outcome === 'acknowledged');
  if (!found) throw new Error(`no ${kind} was acknowledged`);
  return found;
};

/** Moves the fund's balances with a deposit that is taken away or put in, so that the books alone look right. */
const adjust = (fen: number) => `update ledger_account set balance_fen = balance_fen +
  case kind when 'available' then ${fen} when 'source' then ${-fen} else 0 end`;

const copyOf = (what: string, where: string) => `insert into transfer
  select gen_random_uuid(), business_key || ' again', kind, fund_id, debit_account_id, credit_account_id, amount_fen, union_path,
    member_id, case_id, disbursement_id, batch_id, account_id, by_name, ${what}, at from transfer where ${where}`;

const oneOf = (kind: string) => `id = (select id from transfer where kind = '${kind}' order by id limit 1)`;

/** Faults put in by the owner's hand, each undone afterwards, and what must be said of it. */
const planted: [name: string, harm: () => string, said: string][] = [
  [
    'an acknowledged deposit is gone, the books put right after it',
    () => {
      const { key, amountFen } = last('deposit');
      return `delete from transfer where note = '${key}'; ${adjust(-amountFen)}`;
    },
    'set lost',
  ],
  [
    'a deposit is there twice, the books put right after it',
    () => {
      const { key, amountFen } = last('deposit');
      return `${copyOf('note', `note = '${key}'`)}; ${adjust(amountFen)}`;
    },
    'set double',
  ],
  [
    'a deposit nobody made',
    () => {
      const { key, amountFen } = last('deposit');
      return `${copyOf(`'op-nobody'`, `note = '${key}'`)}; ${adjust(amountFen)}`;
    },
    'set double',
  ],
  ['a payment settled twice', () => copyOf('note', oneOf('settle')), 'bank double'],
  [
    'a transfer one fen larger',
    () => `update transfer set amount_fen = amount_fen + 1 where ${oneOf('settle')}`,
    'bank broken',
  ],
  [
    'a balance one fen off',
    () => `update ledger_account set balance_fen = balance_fen + 1 where kind = 'reserved'`,
    'bank broken',
  ],
  [
    'more spent than there is',
    () => `alter table ledger_account drop constraint ledger_account_check; ${adjust(-1_000_000_000)}`,
    'bank broken',
  ],
  [
    'a third claim in the year',
    () => `update claim set member_id = full_year.id, ordinal = 3, allowed = 3, fact_key = null
      from (select member_id as id from claim group by 1 having count(*) = 2 limit 1) as full_year
      where case_id = (select case_id from claim where member_id <> full_year.id limit 1)`,
    'counter double',
  ],
  [
    'an approved claim whose payment is gone',
    () => `update disbursement set status = 'cancelled' where id = (select id from disbursement limit 1)`,
    'counter lost',
  ],
  [
    'a figure one off',
    () => `update rollup set own = own + 1
      where (union_path, metric, period) in (select union_path, metric, period from rollup where metric = 'members' limit 1)`,
    'counter broken',
  ],
  ['a key dropped', () => `delete from idempotency_key where key = '${last('submit').key}'`, 'effect lost'],
  [
    'a key with another answer',
    () => `update idempotency_key set reply = '{"id":"00000000-0000-7000-8000-000000000000","version":99}'
    where key = '${last('submit').key}'`,
    'effect broken',
  ],
  [
    'the member told twice',
    () => `insert into message (id, member_id, title, text, case_id, at)
      select gen_random_uuid(), member_id, title, text, case_id, at from message where case_id is not null limit 1`,
    'effect double',
  ],
  [
    'a decision made twice',
    () => `drop index decision_once; insert into decision (id, case_id, member_id, case_path, stage, round, account_id, person_index, name, office, outcome, at)
      select gen_random_uuid(), case_id, member_id, case_path, stage, round, account_id, person_index, name, office, outcome, at
      from decision limit 1`,
    'set double',
  ],
  ['a decision lost', () => `delete from decision where case_id = '${last('decide').subject}'`, 'set lost'],
  [
    'a submitted case a draft again',
    () => `update "case" set status = 'draft' where id = '${last('submit').subject}'`,
    'set lost',
  ],
  [
    'a release undone',
    () => `update payment_batch set status = 'locked' where id = '${last('release').subject}'`,
    'set lost',
  ],
  ['a code that was never written', () => 'delete from outbox', 'text lost'],
  ['a text given up', () => `update outbox set sent_at = null, error = 'gateway answered 500'`, 'text lost'],
  [
    'a return file read twice',
    () => `alter table bank_return drop constraint bank_return_batch_id_sha256_key; insert into bank_return select gen_random_uuid(), batch_id, sha256, file_name, stored_as, row_count, account_id, at
      from bank_return limit 1`,
    'set double',
  ],
  [
    'a result forgotten',
    () => `update payment_line set result = 'pending' where batch_id = '${[...history.returned][0]}'`,
    'return lost',
  ],
  [
    'a line of the log altered',
    () => `update audit_event set payload = replace(payload, '"at":"20', '"at":"21')
    where (lane, sequence) in (select lane, sequence from audit_event order by lane, sequence limit 1)`,
    'audit broken',
  ],
  [
    'the last line of a lane removed',
    () => `delete from audit_event where (lane, sequence) in
    (select lane, max(sequence) from audit_event group by lane order by lane limit 1)`,
    'audit broken',
  ],
  [
    'two lines of the log exchanged',
    () => `create temp table two on commit drop as select lane, sequence, payload, row_number() over (order by sequence) as n from audit_event
        where lane = (select lane from audit_event group by lane having count(*) > 1 order by lane limit 1) order by sequence limit 2;
      update audit_event e set payload = o.payload from two m join two o on o.n <> m.n where e.lane = m.lane and e.sequence = m.sequence`,
    'audit broken',
  ],
];

/** Faults of what people were told rather than of what is stored: each makes another history of the true one. */
const misheard: [name: string, change: (operations: Operation[], told: History) => void, said: string][] = [
  [
    'an acknowledgement of what never happened',
    (all) => void all.push({ ...last('deposit'), key: 'op-never', subject: 'op-never' }),
    'set lost',
  ],
  [
    'a refusal of what happened all the same',
    (all) => void (all.find(({ key }) => key === last('deposit').key)!.outcome = 'refused'),
    'set broken',
  ],
  [
    'two answers to one key',
    (all) => void all.find(({ key }) => key === last('submit').key)!.replies.push('{"id":"another"}'),
    'effect double',
  ],
  ['a code that never arrived', (_all, told) => void (told.texts = told.texts.slice(1)), 'text lost'],
  [
    'a code that arrived twice',
    (_all, told) => void (told.texts = [...told.texts, told.texts[0]!]),
    'text double',
  ],
];

describe('the checkers', () => {
  it('find nothing where nothing was harmed', async () => {
    for (const kind of [
      'deposit',
      'upload',
      'submit',
      'decide',
      'batch',
      'release',
      'send',
      'return',
      'code',
    ] as const)
      expect([kind, count(kind)]).not.toEqual([kind, 0]);
    expect(await saidOf(null)).toEqual([]);
  });
  it.each(planted)('tell of %s', async (_name, harm, said) => {
    expect(await saidOf(harm())).toContain(said);
  });
  it.each(misheard)('tell of %s', async (_name, change, said) => {
    const told = new History();
    told.operations.push(...history.operations.map((one) => ({ ...one, replies: [...one.replies] })));
    told.texts = history.texts;
    change(told.operations, told);
    expect(await saidOf(null, told)).toContain(said);
  });
  it('tell of a receipt whose bytes are gone', async () => {
    const folder = join(arena.dataDir, 'files');
    await rename(folder, `${folder}-away`);
    expect(await saidOf(null)).toContain('set lost');
    await rename(`${folder}-away`, folder);
    expect(await saidOf(null)).toEqual([]);
  });
});

it('tells of a database that acknowledges what it has not written', async () => {
  const forgetful = await openArena({ chance });
  try {
    for (const setting of [`synchronous_commit = off`, `wal_writer_delay = '10s'`])
      await forgetful.asOwner(`alter system set ${setting}`);
    await forgetful.asOwner('select pg_reload_conf()');
    const all = new History();
    const workload = startWorkload(forgetful, all, []);
    const deadline = Date.now() + 60_000;
    while (all.count('acknowledged') < 60 && Date.now() < deadline) await sleep(20);
    await nemeses.find(({ name }) => name === 'postmaster killed')!.strike(forgetful, 0);
    await forgetful.databaseBack();
    await workload.stop();
    const said = kinds(await check(forgetful.stage.server.platform, forgetful.stage.federation, all));
    expect(said).toContain('set lost');
  } finally {
    await forgetful.close();
  }
});
