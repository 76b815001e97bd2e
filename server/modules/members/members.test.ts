import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { readSheets } from '../../kernel/sheets/read.ts';
import { moveUnion } from '../unions/index.ts';
import { madeUpIdNumber } from './factory.ts';
import { bankCardOf, enrolMembers, getMember, type NewMember } from './index.ts';
import { checkDigitOf, memberNumber } from './member-number.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t.close());

const card = '6222020200112233446';
const wrongCard = '6222020200112233445';
const newMember = (sequence: number, changes: Partial<NewMember> = {}): NewMember => ({
  name: `测试${'甲乙丙丁戊己庚辛壬癸'[sequence % 10]}`,
  sex: 'female',
  idNumber: madeUpIdNumber(500_000 + sequence),
  phone: `1370000${String(sequence).padStart(4, '0')}`,
  occupation: '快递员',
  union: t.world.unions.pumps,
  joinedOn: '2026-11-24',
  ...changes,
});

describe('finding members', () => {
  it('finds by name, part of it, pinyin, ID number, phone and member number', async () => {
    const ids = await t.db((ctx) =>
      enrolMembers(ctx, [newMember(1, { name: '单小明' }), newMember(2, { name: '欧阳·阿依古丽' })]),
    );
    const find = async (q: string) => {
      const { items } = await t.as('registrar').members.list({ query: { q } });
      return items.map(({ id }) => id);
    };
    const { memberNumber: number } = await t.db((ctx) => getMember(ctx, ids[0]!));
    for (const q of [
      '单',
      '单小',
      '小明',
      'shanxiao',
      'sxm',
      madeUpIdNumber(500_001),
      '13700000001',
      number,
    ]) {
      expect(await find(q), q).toEqual([ids[0]]);
    }
    expect(await find('欧阳·阿')).toEqual([ids[1]]);
    expect(await find('ouyang')).toEqual([ids[1]]);
    for (const q of ['1370000', madeUpIdNumber(500_001).slice(0, 12), '%', "' or 1=1 --", '👩‍🏭', '\u202E']) {
      expect(await find(q), q).toEqual([]);
    }
  });

  it('pages, sorts and counts within the scope of the permission', async () => {
    const all = await t.as('registrar').members.list({ query: { pageSize: 200 } });
    expect(all.total).toBe(all.items.length);
    const names = all.items.map(({ name }) => name);
    expect(names).toContain('陈小顺');
    expect(names).not.toContain('刘芳');
    const second = await t.as('registrar').members.list({ query: { page: 2, pageSize: 3 } });
    expect(second.items.map(({ id }) => id)).toEqual(all.items.slice(3, 6).map(({ id }) => id));
    const { items } = await t.as('registrar').members.list({ query: { sort: '-joinedOn', pageSize: 200 } });
    const dates = items.map(({ joinedOn }) => joinedOn);
    expect(dates).toEqual(dates.toSorted().reverse());
    const couriers = await t.as('registrar').members.list({ query: { under: t.world.unions.couriers.id } });
    expect(couriers.items.every(({ union }) => union.id === t.world.unions.couriers.id)).toBe(true);
    const outside = t.as('registrar').members.list({ query: { under: t.world.unions.textiles.id } });
    await expect(outside).rejects.toMatchObject({ code: 'thing-not-found' });
  });

  it('shows a member of the scope masked, and none outside of it', async () => {
    const { chen, liu } = t.world.members;
    const member = await t.as('chair').members.get({ params: { id: chen.id } });
    expect(member).toMatchObject({ name: '陈小顺', idKind: '居民身份证', can: ['disclose'] });
    expect(member.ancestors.map(({ name }) => name)).toEqual([
      '泰州市总工会',
      '海陵区总工会',
      '九龙镇总工会',
    ]);
    expect(JSON.stringify(member)).not.toContain(chen.idNumber);
    for (const person of ['siblingChair', 'jiangyanChair'] as const) {
      const get = t.as(person).members.get({ params: { id: chen.id } });
      await expect(get).rejects.toMatchObject({ code: 'thing-not-found' });
      expect((await t.as(person).members.list({ query: { q: chen.idNumber } })).total).toBe(0);
    }
    const history = t.as('registrar').members.history({ params: { id: liu.id } });
    await expect(history).rejects.toMatchObject({ code: 'thing-not-found' });
  });

  it('is held back by the database even where the application does not ask', async () => {
    const { couriers, textiles } = t.world.unions;
    const seen = (paths: string[]) =>
      t.db(async (ctx) => {
        await sql.raw(`set local app.scope to '${paths[0]}'`).execute(ctx.db);
        const rows = await ctx.db.selectFrom('member').select('union_path').distinct().execute();
        return rows.map(({ union_path }) => union_path);
      });
    expect(await seen([couriers.path])).toEqual([couriers.path]);
    expect(await seen([textiles.path])).toEqual([textiles.path]);
  });
});

describe('opening sealed fields', () => {
  it('tells the member who looked, at what and why', async () => {
    const { wang } = t.world.members;
    const opened = await t.as('chair').members.disclose({
      params: { id: wang.id },
      body: { fields: ['idNumber', 'bankCard'], reason: '核对住院材料' },
    });
    expect(opened.values).toEqual({ idNumber: wang.idNumber, bankCard: null });
    const log = await t.as('wang').members.myAccessLog({ query: {} });
    expect(log.items[0]).toMatchObject({
      who: '赵主席',
      office: '海陵区快递行业工会联合会',
      fields: ['证件号码', '银行卡号'],
      fieldsEn: ['ID number', 'bank card'],
      reason: '核对住院材料',
      reasonEn: null,
    });
    expect((await t.as('chen').members.myAccessLog({ query: {} })).total).toBe(0);
  });

  it('is refused without a reason, without the permission and outside the scope', async () => {
    const open = (person: 'chair' | 'auditor' | 'jiangyanChair', reason: string) =>
      t.as(person).members.disclose({
        params: { id: t.world.members.chen.id },
        body: { fields: ['phone'], reason },
      });
    await expect(open('chair', '   ')).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(open('auditor', '核对住院材料')).rejects.toMatchObject({ code: 'permission-missing' });
    await expect(open('jiangyanChair', '核对住院材料')).rejects.toMatchObject({ code: 'thing-not-found' });
    expect((await t.as('chen').members.myAccessLog({ query: {} })).total).toBe(0);
  });
});

describe('the member herself', () => {
  it('sees her membership and the office above', async () => {
    const me = await t.as('chen').members.me({});
    expect(me).toMatchObject({ name: '陈小顺', superiorOffice: '海陵区总工会', joinedOn: '2021-05-01' });
    await expect(t.as('chair').members.me({})).rejects.toMatchObject({ code: 'permission-missing' });
  });

  it('sets her bank card, sealed, with an event; the same again changes nothing', async () => {
    const { chen } = t.world.members;
    const set = (number: string) => t.as('chen').members.setBankCard({ body: { number } });
    await expect(set(wrongCard)).rejects.toMatchObject({ code: 'card-invalid' });
    expect(await set('6222 0202 0011 2233 446')).toEqual({ bankCardMasked: '**** 3446' });
    await set(card);
    const { items } = await t.as('chair').members.history({ params: { id: chen.id } });
    expect(items.filter(({ kind }) => kind === 'member.card-set').map(({ text }) => text)).toEqual([
      '登记银行卡 **** 3446',
    ]);
    expect(await t.db((ctx) => bankCardOf(ctx, chen.id))).toEqual({ number: card, masked: '**** 3446' });
    const stored = await t.db((ctx) =>
      sql<{ text: string }>`select member::text from member where id = ${chen.id}`.execute(ctx.db),
    );
    expect(JSON.stringify(stored.rows)).not.toContain(Buffer.from(card).toString('hex'));
    expect(JSON.stringify(stored.rows)).not.toContain(card);
  });
});

describe('the export', () => {
  it('gives the list masked, as text that is no formula, and is audited with its reason', async () => {
    await t.db((ctx) => enrolMembers(ctx, [newMember(3, { name: '=1+1', occupation: '@SUM(A1)' })]));
    const url = `/api/v1/members/export.xlsx?reason=${encodeURIComponent('年度核对名册')}`;
    const { status, raw, headers } = await t.call('registrar', { method: 'GET', url });
    expect(status).toBe(200);
    expect(String(headers['content-disposition'])).toContain('attachment');
    const { sheets } = await readSheets({ bytes: raw });
    const rows = sheets[0]!.rows;
    const listed = await t.as('registrar').members.list({ query: {} });
    // The titles before and the mark of who exported it after.
    expect(rows.length).toBe(listed.total + 2);
    const odd = rows.find(({ texts }) => texts[1]!.includes('1+1'))!;
    expect(odd.texts[5]).toContain('@SUM(A1)');
    expect(Object.values(odd.marks ?? {}).some(({ formula }) => formula)).toBe(false);
    expect(JSON.stringify(rows)).not.toContain(t.world.members.chen.idNumber);
    expect(JSON.stringify(rows)).not.toContain('刘芳');
    const audit = await t.db((ctx) =>
      ctx.db.selectFrom('audit_event').select('payload').where('kind', '=', 'member.exported').execute(),
    );
    expect(audit.map(({ payload }) => payload).join()).toContain('年度核对名册');
    expect((await t.call('registrar', { method: 'GET', url: '/api/v1/members/export.xlsx' })).status).toBe(
      400,
    );
    expect((await t.call('townCadre', { method: 'GET', url })).status).toBe(403);
  });
});

describe('enrolment', () => {
  it('numbers people, seals them, and refuses to enrol one twice', async () => {
    const twice = newMember(10);
    const [id] = await t.db((ctx) => enrolMembers(ctx, [twice]));
    const member = await t.db((ctx) => getMember(ctx, id!));
    expect(member.memberNumber).toMatch(/^TEST\d{9}$/);
    await expect(t.db((ctx) => enrolMembers(ctx, [newMember(11), twice]))).rejects.toMatchObject({
      code: '23505',
    });
    expect((await t.as('registrar').members.list({ query: { q: newMember(11).idNumber } })).total).toBe(0);
    const other = await t.db((ctx) => enrolMembers(ctx, [newMember(12)]));
    const swapped = t.db(async (ctx) => {
      const row = await ctx.db
        .selectFrom('member')
        .select('id_number_sealed')
        .where('id', '=', other[0]!)
        .executeTakeFirstOrThrow();
      return ctx.pii.unseal({ table: 'member', column: 'id_number_sealed', row: id! }, row.id_number_sealed);
    });
    await expect(swapped).rejects.toMatchObject({ code: 'sealed-unreadable' });
  });

  it('gives numbers whose check digit catches a wrong or swapped digit', () => {
    expect(memberNumber('hai-ling', 12345)).toBe(`HAIL00012345${checkDigitOf('00012345')}`);
    const digits = '00012345';
    const good = checkDigitOf(digits);
    for (const [index, digit] of [...digits].entries()) {
      for (const other of '0123456789') {
        if (other === digit) continue;
        const wrong = `${digits.slice(0, index)}${other}${digits.slice(index + 1)}`;
        expect(checkDigitOf(wrong)).not.toBe(good);
      }
    }
  });

  it('moves figures with the people, and with their union', async () => {
    const figures = (path: string) =>
      t.db(async (ctx) => {
        const found = await sql<{ metric: string; amount: number }>`
          select metric, sum(amount)::int as amount from (
            select metric, amount from rollup_delta where union_path = ${path}
            union all select metric, own from rollup where union_path = ${path}) as figure
          where metric in ('members', 'segment:women', 'segment:new-form') group by metric having sum(amount) <> 0
          order by metric`.execute(ctx.db);
        return found.rows.map(({ metric, amount }) => [metric, amount]);
      });
    const { machines, textiles, city } = t.world.unions;
    await t.db((ctx) =>
      enrolMembers(ctx, [
        newMember(20, { union: machines }),
        newMember(21, { union: machines, sex: 'male', occupation: '钳工' }),
      ]),
    );
    const two = [
      ['members', 2],
      ['segment:new-form', 1],
      ['segment:women', 1],
    ];
    expect(await figures(machines.path)).toEqual(two);
    expect(await figures(textiles.path)).toEqual([]);
    const moved = await t.db((ctx) => moveUnion(ctx, { unionId: machines.id, superiorId: city.id }));
    expect(await figures(machines.path)).toEqual([]);
    expect(await figures(moved.path)).toEqual(two);
  });
});
