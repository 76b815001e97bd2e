import { worldPassword } from '../world/world.ts';
import type { Walker } from './people.ts';
import { byId, made, type Probes } from './probe.ts';

/** Accounts, grants, sign-ins; the last of them end sessions. */
export const accountProbes = {
  'accounts.create': {
    lies: 'unit',
    works: 'admin',
    call: (side) => ({
      body: {
        username: `probe-${side.owner}-${Math.random().toString(36).slice(2, 8)}`,
        name: '试探',
        role: 'unit-chair',
        unionId: side.unionId,
      },
    }),
  },
  'accounts.addGrant': {
    lies: 'unit',
    works: 'admin',
    call: (side) => byId(side.accountId, { body: { role: 'town-cadre', unionId: side.unionId } }),
  },
  'accounts.removeGrant': {
    lies: 'unit',
    works: 'admin',
    before: async ({ t, near }) => {
      const given = await t.as('admin').accounts.addGrant({
        params: { id: near.accountId },
        body: { role: 'leader', unionId: near.unionId },
      });
      made.set('grant', given.grants.find((grant) => grant.role === 'leader')!.id);
    },
    call: (side) => ({ params: { id: side.accountId, grantId: made.get('grant') ?? side.grantId } }),
  },
  'accounts.setStatus': {
    lies: 'unit',
    works: 'admin',
    call: (side) => byId(side.accountId, { body: { status: 'active', reason: '本人申请解锁' } }),
  },
  'accounts.appointDeputy': {
    lies: 'none',
    works: 'chair',
    before: async ({ t }) => {
      made.set('deputy', t.world.cadres.townCadre.id);
    },
    call: (side) => ({
      body: {
        accountId: made.get('deputy') ?? side.openCase,
        from: '2026-11-30',
        until: '2026-12-01',
        note: '外出学习',
      },
    }),
  },
  'accounts.revokeDeputy': {
    lies: 'own',
    works: 'chair',
    before: async ({ t }) => {
      const { items } = await t.as('chair').accounts.listDeputies();
      made.set('deputyship', items[0]!.id);
    },
    call: (side) => byId(made.get('deputyship') ?? side.openCase),
  },
  'accounts.requestCode': {
    lies: 'none',
    works: 'anonymous',
    call: (side) => ({ body: { phone: side.member.phone } }),
  },
  'accounts.signInMember': {
    lies: 'none',
    works: 'anonymous',
    before: async ({ t, near }) => {
      await t.db((ctx) => ctx.db.deleteFrom('sign_in_code').execute());
      await t.as(null).accounts.requestCode({ body: { phone: near.member.phone } });
      const text = await t.db(async (ctx) => {
        const row = await ctx.db
          .selectFrom('outbox')
          .selectAll()
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirstOrThrow();
        return ctx.pii.unseal({ table: 'outbox', column: 'text_sealed', row: row.id }, row.text_sealed);
      });
      made.set('code', /\d{4,8}/.exec(text)?.[0] ?? '');
    },
    call: (side) => ({ body: { phone: side.member.phone, code: made.get('code') ?? '0000' } }),
  },
  'accounts.signInCadre': {
    lies: 'none',
    works: 'anonymous',
    call: () => ({ body: { username: 'deputychair', password: worldPassword } }),
  },
  'accounts.beginTotp': { lies: 'none', works: 'deputyChair' as Walker, call: () => ({}) },
  'accounts.confirmTotp': {
    lies: 'none',
    works: 'deputyChair' as Walker,
    before: async ({ t }) => {
      const { currentCode } = await import('../../server/modules/accounts/totp.ts');
      const { secret } = await t.as('deputyChair').accounts.beginTotp();
      made.set('totp', currentCode(secret, t.server.platform.clock.now()));
    },
    call: () => ({ body: { code: made.get('totp') ?? '000000' } }),
  },
  'accounts.changePassword': {
    lies: 'none',
    works: 'deputyChair' as Walker,
    call: () => ({ body: { current: worldPassword, next: '新的口令-2026-很长' } }),
  },
  'accounts.signOut': { lies: 'none', works: 'newcomer' as Walker, call: () => ({}) },
} satisfies Probes;
