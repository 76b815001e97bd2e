import type { Ctx } from '../../server/kernel/context.ts';
import type { TestApp, PersonName } from '../database/test-app.ts';
import { insertGrant, type UnionName } from '../world/world.ts';

/**
 * Who walks the contract: [role, union she stands at]. Cadres of the fixture world, and those the other district lacks.
 * Written out here on purpose: what a person may reach follows from this list and the roles, never from an answer.
 */
export const cadres = {
  chair: ['unit-chair', 'couriers'],
  siblingChair: ['unit-chair', 'pumps'],
  townCadre: ['town-cadre', 'jiulong'],
  registrar: ['district-registrar', 'hailing'],
  approver: ['district-approver', 'hailing'],
  treasurer: ['treasurer', 'hailing'],
  payer: ['payer', 'hailing'],
  visitor: ['visitor', 'hailing'],
  auditor: ['auditor', 'hailing'],
  admin: ['system-admin', 'hailing'],
  leader: ['leader', 'city'],
  cityAdmin: ['system-admin', 'city'],
  farChair: ['unit-chair', 'textiles'],
  farTown: ['town-cadre', 'sanshui'],
  farRegistrar: ['district-registrar', 'jiangyan'],
  farApprover: ['district-approver', 'jiangyan'],
  farTreasurer: ['treasurer', 'jiangyan'],
  farPayer: ['payer', 'jiangyan'],
  farVisitor: ['visitor', 'jiangyan'],
  farAuditor: ['auditor', 'jiangyan'],
  farAdmin: ['system-admin', 'jiangyan'],
  /** An account whose only grant has lapsed. */
  lapsed: ['auditor', 'city'],
} as const satisfies Record<string, readonly [string, UnionName]>;

export type Cadre = keyof typeof cadres;

/** Members: the one things belong to near, another of her union, and the one things belong to in the other district. */
export const members = { chen: 'couriers', wang: 'couriers', liu: 'textiles' } as const satisfies Record<
  string,
  UnionName
>;
export type Member = keyof typeof members;
export type Walker = Cadre | Member | 'anonymous';

export const walkers: readonly Walker[] = [
  'anonymous',
  ...(Object.keys(members) as Member[]),
  ...(Object.keys(cadres) as Cadre[]),
];

export const isCadre = (walker: Walker): walker is Cadre => walker in cadres;

/** A name the test app knows; those added here are entered into its world by `addCadres`. */
export const personOf = (walker: Walker): PersonName | null =>
  walker === 'anonymous' ? null : (walker as PersonName);

const names: Partial<Record<Cadre, string>> = {
  farChair: '暗哨主席',
  farTown: '暗哨干事',
  farRegistrar: '暗哨登记',
  farApprover: '暗哨审批',
  farTreasurer: '暗哨会计',
  farPayer: '暗哨出纳',
  farVisitor: '暗哨慰问',
  farAuditor: '暗哨经审',
  farAdmin: '暗哨管理',
  lapsed: '离任干部',
};

interface Entered {
  key: string;
  name: string;
  username: string;
  role: string;
  union: UnionName;
  /** The last day of the grant; without end when not given. */
  untilOn?: string;
}

/** Opens an account with its one-time code and a grant, and enters it into the test app's world. */
export async function enterCadre(t: TestApp, ctx: Ctx, entered: Entered): Promise<void> {
  const { key, name, username, role, union, untilOn = null } = entered;
  const id = ctx.id();
  const account = { id, username, name, password_hash: 'none', totp_confirmed_at: ctx.now };
  await ctx.db
    .insertInto('account')
    .values({ ...account, status: 'active', created_at: ctx.now })
    .execute();
  await insertGrant(ctx, { accountId: id, role, union: t.world.unions[union], untilOn });
  (t.world.cadres as Record<string, unknown>)[key] = { id, name, username, totpSecret: null };
}

/** Opens accounts for those of the list the world lacks. */
export async function addCadres(t: TestApp): Promise<void> {
  await t.db(async (ctx) => {
    for (const [key, name] of Object.entries(names)) {
      const [role, union] = cadres[key as Cadre];
      const username = `far.${key.toLowerCase()}`;
      const until = key === 'lapsed' ? { untilOn: '2026-11-23' } : {};
      await enterCadre(t, ctx, { key, name, username, role, union, ...until });
    }
  });
}

/** The other district has one member only; a second files the claims that fail there. */
export async function secondFarMember(t: TestApp): Promise<PersonName> {
  const id = await t.db(async (ctx) => {
    const union = t.world.unions.textiles;
    const row = ctx.id();
    await ctx.db
      .insertInto('member')
      .values({
        id: row,
        member_number: 'T00009999',
        name: '暗哨乙',
        pinyin: 'anshaoyi',
        sex: 'female',
        id_kind: '1',
        id_number_sealed: ctx.pii.seal(
          { table: 'member', column: 'id_number_sealed', row },
          '321204199001011222',
        ),
        id_number_index: ctx.pii.blindIndex('id-number', '321204199001011222'),
        id_number_masked: '3212**********1222',
        union_id: union.id,
        union_path: union.path,
        joined_on: '2016-01-01',
        status: 'active',
        created_at: ctx.now,
        updated_at: ctx.now,
      })
      .execute();
    return row;
  });
  const world = t.world as unknown as { members: Record<string, unknown> };
  world.members.farSecond = { id, name: '暗哨乙', idNumber: '321204199001011222', phone: '' };
  return 'farSecond' as PersonName;
}
