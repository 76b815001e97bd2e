import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type PersonName, type TestApp } from '../../../tests/database/test-app.ts';
import { ownScope } from '../access.ts';
import { inContext, type Ctx } from '../context.ts';
import type { Scope } from '../db.ts';
import { disclose } from './disclose.ts';
import { privacyDefaults } from './settings.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

async function as<T>(person: PersonName, work: (ctx: Ctx) => Promise<T>, scope?: Scope): Promise<T> {
  const session = await app.server.host.auth.sessionOf(app.federation, await app.token(person));
  const { actor } = session!;
  const request = { federation: app.federation, actor, scope: scope ?? ownScope(actor), requestId: 'test' };
  return inContext(app.server.platform, request, work);
}

const chen = () => ({ id: app.world.members.chen.id, unionPath: app.world.unions.couriers.path });
const open = (person: PersonName, reason = '核对身份', scope?: Scope) =>
  as(
    person,
    (ctx) => disclose(ctx, { member: chen(), fields: [{ title: '身份证号', titleEn: 'ID number' }], reason }),
    scope,
  );
const events = () => app.db((ctx) => ctx.db.selectFrom('access_event').selectAll().orderBy('at').execute());
const audited = async () =>
  (
    await app.db((ctx) =>
      ctx.db.selectFrom('audit_event').select('payload').where('kind', '=', 'pii.opened').execute(),
    )
  ).length;

describe('a disclosure', () => {
  it.each(['', '   ', '看', 'x'.repeat(201)])(
    'without a reason (%j) is refused and leaves no trace',
    async (reason) => {
      await expect(open('chair', reason)).rejects.toMatchObject({ code: 'reason-missing' });
      expect([await events(), await audited()]).toEqual([[], 0]);
    },
  );

  it('by a member is refused', async () => {
    await expect(open('wang')).rejects.toMatchObject({ code: 'permission-missing' });
  });

  it('is written for the member and for the auditor', async () => {
    await open('chair', '  电话核对住院日期 ');
    expect(await events()).toMatchObject([
      {
        member_id: app.world.members.chen.id,
        who: '赵主席',
        office: app.world.unions.couriers.name,
        fields: ['身份证号'],
        fields_en: ['ID number'],
        reason: '电话核对住院日期',
        case_id: null,
      },
    ]);
    expect(await audited()).toBe(1);
  });

  it('is undone with what it was for', async () => {
    const before = (await events()).length;
    const failing = as('chair', async (ctx) => {
      await disclose(ctx, {
        member: chen(),
        fields: [{ title: '身份证号', titleEn: 'ID number' }],
        reason: '核对身份',
      });
      throw new Error('unreadable');
    });
    await expect(failing).rejects.toThrow('unreadable');
    expect((await events()).length).toBe(before);
  });

  it('is refused after twenty within an hour, however many come at once and in whatever scope', async () => {
    const { couriers, pumps } = app.world.unions;
    const scopes = [couriers.path, 'f.1.2'].map((path) => ({
      paths: [path],
      memberId: null,
      accountId: null,
    }));
    const outcomes = await Promise.allSettled(
      Array.from({ length: privacyDefaults['disclosures-per-hour'] + 10 }, (_, index) =>
        open('approver', '核对身份', scopes[index % 2]),
      ),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(10);
    expect(refused.every((outcome) => (outcome.reason as { code: string }).code === 'disclosure-limit')).toBe(
      true,
    );
    const elsewhere = { paths: [pumps.path], memberId: null, accountId: null };
    await expect(open('approver', '核对身份', elsewhere)).rejects.toMatchObject({ code: 'disclosure-limit' });
    await open('otherApprover');
    app.addDays(1 / 24 + 0.001);
    await open('approver');
    app.addDays(-1 / 24 - 0.001);
  });

  it('alarms at half and at the limit, once each', async () => {
    const alarms = await app.db((ctx) =>
      ctx.db.selectFrom('audit_event').select('payload').where('kind', '=', 'pii.alarmed').execute(),
    );
    const told = alarms.map(({ payload }) => (JSON.parse(payload) as { data: object }).data);
    expect(told).toHaveLength(2);
    expect(told).toContainEqual({ count: privacyDefaults['disclosures-alarm'], atLimit: false });
    expect(told).toContainEqual({ count: privacyDefaults['disclosures-per-hour'], atLimit: true });
  });

  it('follows the figures the federation set, from their day on', async () => {
    const set = (value: number, from_on: string) =>
      app.db((ctx) =>
        ctx.db
          .insertInto('privacy_setting')
          .values({ name: 'disclosures-per-hour', from_on, set_at: ctx.now, value, reason: '测试' })
          .execute(),
      );
    await set(2, '2026-11-24');
    await set(1, '2026-11-26');
    const opened = async () => {
      let count = 0;
      for (; count < 5; count += 1) {
        const done = await open('deputyChair').then(
          () => true,
          () => false,
        );
        if (!done) break;
      }
      return count;
    };
    expect(await opened()).toBe(2);
    app.addDays(2);
    expect(await opened()).toBe(1);
    app.addDays(-2);
  });

  it('cannot be changed or taken back afterwards', async () => {
    const change = app.db((ctx) => ctx.db.updateTable('access_event').set({ reason: '其他' }).execute());
    await expect(change).rejects.toMatchObject({ code: '42501' });
    await expect(app.db((ctx) => ctx.db.deleteFrom('access_event').execute())).rejects.toMatchObject({
      code: '42501',
    });
  });
});
