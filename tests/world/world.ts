import type { Ctx } from '../../server/kernel/context.ts';
import { hashPassword } from '../../server/modules/accounts/passwords.ts';
import { newSecret, sealSecret } from '../../server/modules/accounts/index.ts';
import { roles } from '../../server/modules/accounts/roles.ts';

/** A fictitious city with two districts, three towns and six unions at the base. Key: [path, level, form, name]. */
const unionRows = {
  city: ['f.1', '30', '1', '泰州市总工会', null],
  hailing: ['f.1.2', '40', '1', '海陵区总工会', 'city'],
  jiangyan: ['f.1.3', '40', '1', '姜堰区总工会', 'city'],
  jiulong: ['f.1.2.4', '50', '1', '九龙镇总工会', 'hailing'],
  chengdong: ['f.1.2.5', '50', '1', '城东街道总工会', 'hailing'],
  sanshui: ['f.1.3.6', '50', '1', '三水街道总工会', 'jiangyan'],
  couriers: ['f.1.2.4.7', '60', '3', '海陵区快递行业工会联合会', 'jiulong'],
  pumps: ['f.1.2.4.8', '60', '4', '泰丰泵业工会委员会', 'jiulong'],
  motors: ['f.1.2.5.9', '60', '4', '微特电机工会委员会', 'chengdong'],
  pharmacy: ['f.1.2.5.10', '60', '4', '良药集团工会委员会', 'chengdong'],
  textiles: ['f.1.3.6.11', '60', '4', '姜堰纺织工会委员会', 'sanshui'],
  machines: ['f.1.3.6.12', '60', '4', '姜堰机械工会委员会', 'sanshui'],
} as const satisfies Record<string, readonly [string, string, string, string, string | null]>;

export type UnionName = keyof typeof unionRows;

/** People: [name, union, ID number, phone, joined on, occupation, sex]. ID numbers are made up and pass GB 11643. */
const memberRows = {
  chen: ['陈小顺', 'couriers', '321202199003077215', '13951160001', '2021-05-01', '快递员', 'male'],
  wang: ['王秀英', 'couriers', '321202198511226120', '13951160002', '2018-03-12', '网约送餐员', 'female'],
  zhao: ['赵主席', 'couriers', '321202197004154519', '13951160003', '2012-09-01', '快递员', 'male'],
  li: ['李建国', 'pumps', '321202196812034537', '13951160004', '2009-04-02', '钳工', 'male'],
  sun: ['孙主席', 'pumps', '321202197508087524', '13951160005', '2010-10-10', '质检员', 'female'],
  zhang: ['张伟', 'motors', '321202199206150531', '13951160006', '2020-01-15', '电工', 'male'],
  liu: ['刘芳', 'textiles', '321204198802284526', '13951160007', '2015-07-20', '挡车工', 'female'],
  approverPerson: ['钱审批', 'motors', '321202198001014515', '13951160008', '2008-01-01', '干部', 'male'],
  newcomer: ['欧阳·新来', 'pharmacy', '321202200001012325', '13951160009', '2026-11-02', '药剂师', 'female'],
} as const satisfies Record<
  string,
  readonly [string, UnionName, string, string, string, string, 'male' | 'female']
>;

export type MemberName = keyof typeof memberRows;

/** Cadres: [name, role, union, member she is, if any]. */
const cadreRows = {
  chair: ['赵主席', 'unit-chair', 'couriers', 'zhao'],
  deputyChair: ['冯副主席', 'unit-chair', 'couriers', null],
  siblingChair: ['孙主席', 'unit-chair', 'pumps', 'sun'],
  townCadre: ['周干事', 'town-cadre', 'jiulong', null],
  registrar: ['吴登记', 'district-registrar', 'hailing', null],
  approver: ['钱审批', 'district-approver', 'hailing', 'approverPerson'],
  otherApprover: ['郑审批', 'district-approver', 'hailing', null],
  treasurer: ['蒋会计', 'treasurer', 'hailing', null],
  payer: ['沈出纳', 'payer', 'hailing', null],
  visitor: ['韩慰问', 'visitor', 'hailing', null],
  auditor: ['杨经审', 'auditor', 'hailing', null],
  leader: ['朱领导', 'leader', 'city', null],
  admin: ['秦管理', 'system-admin', 'hailing', null],
  jiangyanApprover: ['许审批', 'district-approver', 'jiangyan', null],
  jiangyanChair: ['何主席', 'unit-chair', 'textiles', null],
  cityAdmin: ['吕管理', 'system-admin', 'city', null],
} as const satisfies Record<string, readonly [string, string, UnionName, MemberName | null]>;

export type CadreName = keyof typeof cadreRows;

export const worldPassword = 'ceshi-mima-1';

export interface World {
  unions: Record<UnionName, { id: string; path: string; name: string }>;
  members: Record<MemberName, { id: string; name: string; idNumber: string; phone: string }>;
  cadres: Record<CadreName, { id: string; name: string; username: string; totpSecret: string | null }>;
}

const mapKeys = <K extends string, V>(keys: readonly K[], make: (key: K, index: number) => V) =>
  Object.fromEntries(keys.map((key, index) => [key, make(key, index)])) as Record<K, V>;

/** Writes the world into an empty federation. Same people in tests, documents and pictures; all fictitious. */
export async function buildWorld(ctx: Ctx): Promise<World> {
  const unions = mapKeys(Object.keys(unionRows) as UnionName[], (key) => ({
    id: ctx.id(),
    path: unionRows[key][0] as string,
    name: unionRows[key][3] as string,
  }));
  const stamps = { created_at: ctx.now, updated_at: ctx.now };
  for (const key of Object.keys(unionRows) as UnionName[]) {
    const [path, level, form, name, superior] = unionRows[key];
    await ctx.db
      .insertInto('union')
      .values({
        ...stamps,
        id: unions[key].id,
        label: Number(path.split('.').at(-1)),
        path,
        superior_id: superior ? unions[superior].id : null,
        name,
        name_key: name,
        pinyin: key,
        level_code: level,
        form_code: form,
        founded_on: '2001-05-01',
        status: 'active',
      })
      .execute();
    const event = {
      id: ctx.id(),
      union_id: unions[key].id,
      kind: 'union.founded',
      effective_on: '2001-05-01',
      recorded_at: ctx.now,
      data: '{}',
    };
    await ctx.db.insertInto('union_event').values(event).execute();
    if (superior) {
      await ctx.db
        .insertInto('union_superior')
        .values({
          union_id: unions[key].id,
          line: 'area',
          superior_id: unions[superior].id,
          from_on: '2001-05-01',
        })
        .execute();
    }
  }
  const members = await buildMembers(ctx, unions);
  const cadres = await buildCadres(ctx, unions, members);
  return { unions, members, cadres };
}

async function buildMembers(ctx: Ctx, unions: World['unions']): Promise<World['members']> {
  const members = mapKeys(Object.keys(memberRows) as MemberName[], (key) => {
    const [name, , idNumber, phone] = memberRows[key];
    return { id: ctx.id(), name: name as string, idNumber: idNumber as string, phone: phone as string };
  });
  let number = 1;
  for (const key of Object.keys(memberRows) as MemberName[]) {
    const [name, union, idNumber, phone, joinedOn, occupation, sex] = memberRows[key];
    const { id } = members[key];
    const place = (column: string) => ({ table: 'member', column, row: id });
    await ctx.db
      .insertInto('member')
      .values({
        id,
        member_number: `T${String(number++).padStart(8, '0')}`,
        name,
        pinyin: key,
        sex,
        id_kind: '1',
        id_number_sealed: ctx.pii.seal(place('id_number_sealed'), idNumber),
        id_number_index: ctx.pii.blindIndex('id-number', idNumber),
        id_number_masked: `${idNumber.slice(0, 4)}**********${idNumber.slice(-4)}`,
        phone_sealed: ctx.pii.seal(place('phone_sealed'), phone),
        phone_index: ctx.pii.blindIndex('phone', phone),
        phone_masked: `${phone.slice(0, 3)}****${phone.slice(-4)}`,
        occupation,
        union_id: unions[union].id,
        union_path: unions[union].path,
        joined_on: joinedOn,
        status: 'active',
        created_at: ctx.now,
        updated_at: ctx.now,
      })
      .execute();
    await ctx.db
      .insertInto('member_event')
      .values({
        id: ctx.id(),
        member_id: id,
        kind: 'member.enrolled',
        effective_on: joinedOn,
        recorded_at: ctx.now,
        union_id: unions[union].id,
        union_path: unions[union].path,
        data: '{}',
      })
      .execute();
  }
  return members;
}

async function buildCadres(
  ctx: Ctx,
  unions: World['unions'],
  members: World['members'],
): Promise<World['cadres']> {
  const passwordHash = await hashPassword(worldPassword);
  const cadres = mapKeys(Object.keys(cadreRows) as CadreName[], (key) => {
    const [name, role] = cadreRows[key];
    const totpSecret = roles[role]?.totp ? newSecret() : null;
    return { id: ctx.id(), name: name as string, username: key.toLowerCase(), totpSecret };
  });
  for (const key of Object.keys(cadreRows) as CadreName[]) {
    const [name, role, union, member] = cadreRows[key];
    const { id, totpSecret, username } = cadres[key];
    const person = member ? members[member] : null;
    await ctx.db
      .insertInto('account')
      .values({
        id,
        username,
        name,
        password_hash: passwordHash,
        totp_sealed: totpSecret ? sealSecret(ctx, id, totpSecret) : null,
        totp_confirmed_at: totpSecret ? ctx.now : null,
        member_id: person?.id ?? null,
        person_index: person ? ctx.pii.blindIndex('id-number', person.idNumber) : null,
        status: 'active',
        created_at: ctx.now,
      })
      .execute();
    await insertGrant(ctx, { accountId: id, role, union: unions[union] });
  }
  return cadres;
}

/** Lets an account act for a union in a role, since 2020. */
export async function insertGrant(
  ctx: Ctx,
  {
    accountId,
    role,
    union,
    untilOn = null,
  }: { accountId: string; role: string; union: { id: string; path: string }; untilOn?: string | null },
): Promise<void> {
  const values = { account_id: accountId, role, union_id: union.id, union_path: union.path };
  await ctx.db
    .insertInto('grant')
    .values({ id: ctx.id(), ...values, from_on: '2020-01-01', until_on: untilOn, granted_at: ctx.now })
    .execute();
}
