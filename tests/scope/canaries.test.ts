import { readdir, readFile, stat, writeFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secrecy } from '@smart-union/contract/secrecy.ts';
import { urlOf } from '@smart-union/api-client';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { events as eventsEn } from '../../admin/src/texts/en/events.ts';
import { system as systemEn } from '../../admin/src/texts/en/system.ts';
import { events as eventsZh } from '../../admin/src/texts/zh-CN/events.ts';
import { system as systemZh } from '../../admin/src/texts/zh-CN/system.ts';
import { readSheets } from '../../server/kernel/sheets/read.ts';
import { memberColumns } from '../../server/modules/members/roster/columns.ts';
import { effort, random, seed } from '../input/effort.ts';
import { Aviary, classAt, plantCall, plantRows, ranks, spoilCall, textsIn, type Canary } from './canaries.ts';
import { keepLogs } from './keep-logs.ts';
import { isCadre, walkers, type Walker } from './people.ts';
import { made, routeNames, type Call, type RouteName } from './probe.ts';
import { probes } from './probes.ts';
import { ask, expected, originOf, specOf, type Answer } from './reach.ts';
import { comeToRest } from './rest.ts';
import { buildScene, pathOf, type Scene } from './scene.ts';
import { under } from './truths.ts';

let scene: Scene;
let owner: pg.Client;
let logs = '';
const aviary = new Aviary();
/** What was read of every stream while things happened. */
let streams: { text: () => string; end: () => Promise<void> }[] = [];

beforeAll(async () => {
  scene = await buildScene({ logLevel: 'trace' }, (t) => keepLogs(t, (text) => (logs += text)));
  const { t } = scene;
  owner = new pg.Client({ connectionString: t.url, options: `-c search_path=${t.federation.schema}` });
  await owner.connect();
  await t.as('chen').members.setBankCard({ body: { number: '6222021234567890128' } });
  // One of each kind of row that the scene lacks.
  await t.as('approver').members.disclose({
    params: { id: scene.near.member.id },
    body: { fields: ['idNumber'], reason: '核对身份' },
  });
  await comeToRest(t);
  logs = '';
  await plantRows(aviary, owner, t.federation.schema, t.server.platform.pii);
  t.server.host.auth.forget();
  streams = await Promise.all((['leader', 'chair'] as const).map(listen));
});
afterAll(async () => {
  await Promise.all(streams.map((stream) => stream.end()));
  await owner?.end();
  await scene?.t.close();
});

async function listen(walker: 'leader' | 'chair') {
  const gone = new AbortController();
  const reply = await fetch(`${await originOf(scene)}${urlOf(specOf('dashboards.stream').path)}`, {
    headers: { authorization: `Bearer ${await scene.t.token(walker)}` },
    signal: gone.signal,
  });
  let text = '';
  const reading = (async () => {
    for await (const chunk of reply.body!) text += Buffer.from(chunk as Uint8Array).toString('utf8');
  })().catch(() => {});
  return { text: () => text, end: () => (gone.abort(), reading) };
}

const leaks: string[] = [];
const seen = { L3: new Set<Canary>(), L4: new Set<Canary>() };
const tell = (where: string, { value, secrecy, from }: Canary) =>
  `${where}: ${secrecy} of ${from} (${value})`;

const worldIds = () =>
  scene.t.world as unknown as Record<'cadres' | 'members', Record<string, { id: string }>>;
const idOf = (walker: Walker) => (worldIds().cadres[walker] ?? worldIds().members[walker])?.id ?? '';

/** Hers, or of a row in her scope; rows that lie nowhere are judged by class alone. */
function mayRead(canary: Canary, walker: Walker): boolean {
  if (canary.path === null || canary.owners.includes(idOf(walker))) return true;
  return isCadre(walker) && under(canary.path, pathOf(scene, walker));
}

/** What a text may hold is what its place may hold. */
function judge(where: string, text: string, most: Secrecy, walker: Walker | null): void {
  for (const canary of aviary.find(text)) {
    if (ranks[canary.secrecy] > ranks[most]) leaks.push(tell(`${where} holds ${most}`, canary));
    else if (walker && !mayRead(canary, walker)) leaks.push(tell(`${where} is not ${walker}’s`, canary));
    else if (canary.secrecy === 'L3' || canary.secrecy === 'L4') seen[canary.secrecy].add(canary);
  }
}

async function judgeAnswer(name: RouteName, walker: Walker, { status, body, raw, headers }: Answer) {
  const where = `${name} as ${walker}`;
  judge(`${where}, headers`, JSON.stringify(headers), 'L2', null);
  if (status >= 400)
    return judge(`${where}, ${status}`, JSON.stringify(body) + raw.toString('utf8'), 'L2', null);
  const { reply } = specOf(name);
  if (!('raw' in reply)) {
    for (const [names, text] of textsIn(body)) judge(`${where} ${names.join('.')}`, text, classAt(names, name), walker); // prettier-ignore
    return;
  }
  const sheets = reply.raw.includes('spreadsheet') && raw.subarray(0, 2).toString() === 'PK';
  const text = sheets ? JSON.stringify(await readSheets({ bytes: raw })) : raw.toString('utf8');
  judge(where, text, reply.holds, walker);
}

/** Asks and judges. */
async function drive(name: RouteName, walker: Walker, call: Call): Promise<Answer> {
  const answer = await ask(scene, name, walker, call);
  await judgeAnswer(name, walker, answer);
  return answer;
}

/** A roster with a number or a word of its own in every column that may hold one; the second row is refused. */
function roster(): Buffer {
  const cell = (key: string, bad: boolean): string => {
    if (key === 'idNumber') return `${bad ? '9' : ''}${aviary.hatch('idNumber', 'L4', 'roster.idNumber')}`;
    if (key === 'phone') return aviary.hatch('phone', 'L4', 'roster.phone');
    if (['occupation', 'employer', 'changeReason'].includes(key)) return aviary.hatch('words', 'L3', `roster.${key}`); // prettier-ignore
    const plain: Record<string, string> = { name: '众人', union: scene.t.world.unions.couriers.name, joinedOn: '2026-01-01' }; // prettier-ignore
    return plain[key] ?? '';
  };
  const row = (bad: boolean) => memberColumns.map(({ key }) => cell(key, bad)).join(',');
  return Buffer.from([memberColumns.map(({ title }) => title).join(','), row(false), row(true)].join('\n'));
}

it('has planted something in every field that is secret enough', async () => {
  const from = new Set([...aviary.known.values()].map((canary) => canary.from));
  const wanted = ['member.id_number_sealed', 'member.phone_sealed', 'member.bank_card_sealed', 'case.answers_sealed.diagnosis', 'disbursement.bank_card_sealed', 'payment_line.bank_card_sealed', 'account.totp_sealed', 'decision.note', 'message.text', 'member.ethnicity_code', 'access_event.reason']; // prettier-ignore
  expect(wanted.filter((one) => !from.has(one))).toEqual([]);
  expect(aviary.known.size).toBeGreaterThan(200);
});

it('does everything there is to do, with a value of its own in every field', async () => {
  const wrong: string[] = [];
  for (const name of Object.keys(probes) as RouteName[]) {
    if (name === 'accounts.signOut' || probes[name].stream) continue;
    const { before, works, call } = probes[name];
    await before?.(scene);
    const planted =
      name === 'memberImports.preview'
        ? { query: { fileName: '名册.csv' }, raw: roster() }
        : plantCall(aviary, name, call(scene.near, scene));
    const answer = await drive(name, works, planted);
    if (answer.status !== 200) wrong.push(`${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
    if (name === 'memberImports.preview') {
      const at = { params: { id: (answer.body as { id: string }).id } };
      for (const next of ['faults', 'refused', 'commit', 'get'] as const)
        await drive(`memberImports.${next}`, works, at);
    }
  }
  made.clear();
  expect(wrong).toEqual([]);
  expect(leaks).toEqual([]);
});

it('writes nothing into the audit log, and runs no job, that has no words in the cadres’ web', async () => {
  const { rows } = await owner.query<{ kind: string; payload: string }>(
    'select kind, payload from audit_event',
  );
  const { queues } = await scene.t.as('cityAdmin').system.overview();
  const particulars = rows.map(({ payload }) => JSON.parse(payload).data as object | undefined);
  const names = particulars.flatMap((data) => Object.keys(data ?? {})).filter((name) => !name.endsWith('Id'));
  for (const { events, system } of [
    { ...eventsZh, ...systemZh },
    { ...eventsEn, ...systemEn },
  ]) {
    const lacking = (words: Record<string, string>, used: readonly string[]) =>
      [...new Set(used)].filter((name) => !(name in words));
    expect(
      lacking(
        events.kinds,
        rows.map(({ kind }) => kind),
      ),
    ).toEqual([]);
    expect(lacking(events.data, names)).toEqual([]);
    expect(
      lacking(
        system.jobs,
        queues.map(({ name }) => name),
      ),
    ).toEqual([]);
  }
});

it('shows of it to everybody else only what the field and the place allow', async () => {
  const next = random(seed);
  let asked = 0;
  for (const name of routeNames.filter((one) => !probes[one].stream && one !== 'accounts.signOut')) {
    const { works, call } = probes[name];
    const reads = specOf(name).method === 'GET';
    const denied = walkers.filter(
      (walker) => expected(scene, scene.near, name, probes[name], walker) !== 'allowed',
    );
    const tried = reads ? walkers : effort > 1 ? denied : denied.slice(next(denied.length)).slice(0, 3);
    for (const walker of tried) await drive(name, walker, plantCall(aviary, name, call(scene.near, scene)));
    // And what is secret where it does not belong: in an address, a search, a choice.
    await drive(name, works, spoilCall(aviary, name, call(scene.near, scene)));
    asked += tried.length + 1;
  }
  expect(leaks, `INPUT_SEED=${seed}`).toEqual([]);
  expect(asked).toBeGreaterThan(1200);
  // Those who may did read a good part: of what is sealed only who opened it.
  expect(seen.L3.size).toBeGreaterThan(40);
  expect(new Set([...seen.L4].map(({ from }) => from.split(' ')[0]))).toContain('member.phone_sealed');
});

it('says nothing of it in a fault', async () => {
  await owner.query('alter table audit_event rename to away');
  const call = { params: { id: scene.near.member.id }, body: { fields: ['phone'], reason: '核对申请材料' } };
  const answer = await drive('members.disclose', 'registrar', plantCall(aviary, 'members.disclose', call));
  await owner.query('alter table away rename to audit_event');
  expect(answer.status).toBe(503);
  expect(logs).toContain('"fault"');
  expect(leaks).toEqual([]);
});

/** Logs, streams, pages of the machine, jobs, rows and files: what is left when everything has been done. */
async function judgeRemains(): Promise<{ rows: number; jobs: number; files: number }> {
  const { t } = scene;
  for (const line of logs.split('\n')) judge('log', line, 'L2', null);
  for (const stream of streams) judge('stream', stream.text(), 'L2', null);
  for (const url of ['/metrics', '/healthz', '/readyz', '/api/openapi.json'])
    judge(url, (await t.call(null, { method: 'GET', url })).raw.toString('utf8'), 'L2', null);
  const { rows: tables } = await owner.query<{ schema: string; name: string }>(`
    select schemaname as schema, tablename as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`);
  const count = { rows: 0, jobs: 0, files: 0 };
  for (const { schema, name } of tables) {
    const { rows } = await owner.query<{ row: Record<string, unknown> }>(
      `select to_json(t) as row from "${schema}"."${name}" t`,
    );
    const ours = schema === t.federation.schema;
    count[schema === 'pgboss' ? 'jobs' : 'rows'] += rows.length;
    for (const { row } of rows) {
      for (const [names, text] of textsIn(row)) {
        const plain = text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex').toString('latin1') : text;
        // What is sealed is not to be read, so nothing may be read there.
        const most = ours && plain === text ? classAt(names) : 'L2';
        judge(`${name}.${names.join('.')}`, plain, most === 'L4' ? 'L3' : most, null);
      }
    }
  }
  for (const name of await readdir(t.dataDir, { recursive: true })) {
    const path = join(t.dataDir, name);
    judge('name of a file', name, 'L2', null);
    if (!(await stat(path)).isFile()) continue;
    count.files += 1;
    judge(`file ${name}`, (await readFile(path)).toString('latin1'), 'L2', null);
  }
  return count;
}

it('leaves none in logs, streams, jobs, rows, files and their names', async () => {
  await comeToRest(scene.t);
  const count = await judgeRemains();
  expect(leaks).toEqual([]);
  expect(count.rows).toBeGreaterThan(500);
  expect(Math.min(count.jobs, count.files)).toBeGreaterThan(5);
  expect(logs.split('\n').length).toBeGreaterThan(1000);
  expect(streams.every((stream) => stream.text().includes('event:'))).toBe(true);
});

it('would notice: a number in a union’s name, a log line, a job and the name of a file', async () => {
  const { t, near } = scene;
  const phone = aviary.hatch('phone', 'L4', 'planted');
  const words = aviary.hatch('words', 'L3', 'planted');
  const lists = async () => {
    leaks.length = 0;
    await drive('unions.list', 'auditor', {});
    await drive('members.exportList', 'registrar', { query: { reason: '核对名册' } });
    await judgeRemains();
    return leaks.map((leak) => leak.replace(/ holds .*| \(.*/, '').replace(/.*(name of a file)/, '$1'));
  };
  const path = join(t.dataDir, `${phone}.txt`);
  await owner.query(`update "union" set name = $1 where id = $2`, [`第${phone}厂`, near.unionId]);
  await writeFile(path, '');
  t.server.app.log.info({ words }, 'planted');
  await t.db((ctx) => ctx.jobs.enqueue(ctx, 'outbox.sweep', { phone }));
  const found = new Set(await lists());
  for (const place of [
    'unions.list as auditor items.name',
    'members.exportList as registrar',
    'log',
    'job',
    'union.name',
    'name of a file',
  ])
    // prettier-ignore
    expect([place, [...found].some((leak) => leak.startsWith(place) || (place === 'job' && leak.endsWith('data.data.phone')))]).toEqual([place, true]);
  await rm(path);
});
