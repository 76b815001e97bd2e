import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ctx } from '../kernel/context.ts';
import { newSecret, openAccount, demoPassword, sealSecret } from '../modules/accounts/index.ts';
import { enrolMembers } from '../modules/members/index.ts';

/** Unions of the demo roster that the demo's people belong to, by name. */
const places = {
  city: '泰州市总工会',
  district: '海陵区总工会',
  town: '海陵区红旗街道总工会',
  couriers: '泰州海晟宏快递有限公司工会委员会',
} as const;

/** Who signs in on the phone. Fictitious; the numbers are made up and pass GB 11643. */
export const demoMembers = [
  {
    key: 'chen',
    name: '陈小顺',
    sex: 'male',
    idNumber: '321202199003077215',
    phone: '13951160001',
    joinedOn: '2021-05-01',
    occupation: '快递员',
  },
  {
    key: 'wang',
    name: '王秀英',
    sex: 'female',
    idNumber: '321202198511226120',
    phone: '13951160002',
    joinedOn: '2018-03-12',
    occupation: '快递员',
  },
  {
    key: 'zhao',
    name: '赵红梅',
    sex: 'female',
    idNumber: '321202197004154527',
    phone: '13951160003',
    joinedOn: '2012-09-01',
    occupation: '快递员',
  },
  {
    key: 'sun',
    name: '孙志强',
    sex: 'male',
    idNumber: '321202198812034535',
    phone: '13951160004',
    joinedOn: '2019-04-02',
    occupation: '快递员',
  },
] as const;

export type DemoMemberKey = (typeof demoMembers)[number]['key'];

/** Who signs in on the cadres' web. One role each, so that money never rests in one hand. */
export const demoCadres = [
  { username: 'zhao', name: '赵红梅', role: 'unit-chair', at: 'couriers', member: 'zhao' },
  { username: 'feng', name: '冯国庆', role: 'unit-chair', at: 'couriers', member: null },
  { username: 'zhou', name: '周明', role: 'town-cadre', at: 'town', member: null },
  { username: 'wu', name: '吴静', role: 'district-registrar', at: 'district', member: null },
  { username: 'qian', name: '钱进', role: 'district-approver', at: 'district', member: null },
  { username: 'zheng', name: '郑洁', role: 'district-approver', at: 'district', member: null },
  { username: 'jiang', name: '蒋会', role: 'treasurer', at: 'district', member: null },
  { username: 'shen', name: '沈芳', role: 'payer', at: 'district', member: null },
  { username: 'han', name: '韩梅', role: 'visitor', at: 'district', member: null },
  { username: 'yang', name: '杨帆', role: 'auditor', at: 'district', member: null },
  { username: 'qin', name: '秦川', role: 'system-admin', at: 'district', member: null },
  { username: 'zhu', name: '朱江', role: 'leader', at: 'city', member: null },
] as const;

export interface DemoPeople {
  unions: Record<keyof typeof places, { id: string; path: string }>;
  members: Record<DemoMemberKey, string>;
  accounts: Record<string, string>;
}

/** Demo members, demo accounts and the coordinates of the demo's places, on top of the imported rosters. */
export async function addDemoPeople(ctx: Ctx, root: string): Promise<DemoPeople> {
  const unions = {} as DemoPeople['unions'];
  for (const [key, name] of Object.entries(places)) {
    unions[key as keyof typeof places] = await ctx.db
      .selectFrom('union')
      .select(['id', 'path'])
      .where('name', '=', name)
      .executeTakeFirstOrThrow();
  }
  await placeUnions(ctx, root);
  const ids = await enrolMembers(
    ctx,
    demoMembers.map(({ key: _key, ...person }) => ({
      ...person,
      union: unions.couriers,
      employerName: '泰州海晟宏快递有限公司',
    })),
  );
  const members = Object.fromEntries(
    demoMembers.map((one, index) => [one.key, ids[index]!]),
  ) as DemoPeople['members'];
  const accounts: DemoPeople['accounts'] = {};
  for (const cadre of demoCadres) {
    const person = demoMembers.find((one) => one.key === cadre.member);
    const id = await openAccount(ctx, {
      username: cadre.username,
      name: cadre.name,
      role: cadre.role,
      password: demoPassword,
      unionId: unions[cadre.at].id,
      memberIdNumber: person?.idNumber,
      demo: true,
    });
    accounts[cadre.username] = id;
    await ctx.db
      .updateTable('account')
      .set({ totp_sealed: sealSecret(ctx, id, newSecret()), totp_confirmed_at: ctx.now })
      .where('id', '=', id)
      .where((eb) =>
        eb(
          'id',
          'in',
          eb
            .selectFrom('grant')
            .select('account_id')
            .where('role', 'not in', ['unit-chair', 'town-cadre', 'visitor', 'leader']),
        ),
      )
      .execute();
  }
  return { unions, members, accounts };
}

/** Demo accounts have held their grants since the year began: the demo's past is decided by them. */
export async function backdateGrants(ctx: Ctx): Promise<void> {
  await ctx.db
    .updateTable('grant')
    .set({ from_on: `${ctx.today.slice(0, 4)}-01-01` })
    .execute();
}

async function placeUnions(ctx: Ctx, root: string): Promise<void> {
  const text = await readFile(join(root, 'db/seed/coordinates.json'), 'utf8');
  const { places: known } = JSON.parse(text) as {
    places: { union: string; longitude: number; latitude: number }[];
  };
  for (const { union, longitude, latitude } of known) {
    await ctx.db
      .updateTable('union')
      .set({ location: `(${longitude},${latitude})` as never })
      .where('name', '=', union)
      .execute();
  }
}
