import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import type { MemberName } from '../../../tests/world/world.ts';
import { addHappening, type HappeningKind } from '../../kernel/happenings.ts';
import { enrolMembers } from '../members/index.ts';
import { foldOnce } from './index.ts';
import type { Moment } from './list-moments.ts';
import { reconcileRollups } from './reconcile-rollups.ts';

let app: TestApp;
let base: string;

beforeAll(async () => {
  app = await testApp();
  await app.db((ctx) => reconcileRollups(ctx, { repair: true }));
  base = await app.server.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => app?.close());

const fold = () => foldOnce(app.server.platform, app.federation);
const hour = 3_600_000;

/** A case that was submitted `hours` ago, with its payment where there is one. */
async function caseOf(member: MemberName, hours: number, promisedOn: string | null = null): Promise<string> {
  return app.db(async (ctx) => {
    const { id } = app.world.members[member];
    const { union_id, union_path } = await ctx.db
      .selectFrom('member')
      .select(['union_id', 'union_path'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const definition = {
      title: '住院慰问金',
      titleEn: 'Hospital consolation',
      promise: { workingDays: 2 },
      route: [],
    };
    await ctx.db
      .insertInto('catalogue_item')
      .values({
        code: 'test-consolation',
        version: 1,
        kind: 'benefit',
        definition: JSON.stringify(definition),
        digest: Buffer.from('test'),
        published_at: ctx.now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const caseId = ctx.id();
    await ctx.db
      .insertInto('case')
      .values({
        id: caseId,
        number: caseId.slice(-12),
        kind: 'benefit',
        item_code: 'test-consolation',
        item_version: 1,
        member_id: id,
        applicant_name: app.world.members[member].name,
        union_id,
        union_path,
        status: 'approved',
        answers: '{}',
        opened_at: ctx.now,
        submitted_at: new Date(ctx.now.getTime() - hours * hour),
        submitted_on: ctx.today,
        promised_on: promisedOn,
        updated_at: ctx.now,
      })
      .execute();
    return caseId;
  });
}

const happen = async (kind: HappeningKind, caseId: string): Promise<void> => {
  await app.db((ctx) => addHappening(ctx, kind, caseId));
  await fold();
};

const newest = async (): Promise<Moment> => {
  const { moments } = await app.as('leader').dashboards.overview({ query: {} });
  return moments[0]!;
};

describe('a moment', () => {
  it('tells town and item, and neither name, employer nor a rare trade', async () => {
    await happen('paid', await caseOf('chen', 27.4));
    const moment = await newest();
    expect(moment.text).toBe('九龙镇 · 一名会员的住院慰问金已到账 · 用时 1天3小时');
    expect(JSON.stringify(moment)).not.toContain('陈');
    // Three couriers cannot hide in their own union: the town pulses, and everything above it.
    const { jiulong, hailing, city } = app.world.unions;
    expect(moment.unionIds).toEqual([jiulong.id, hailing.id, city.id]);
  });

  it('names the trade, and pulses in the own union, once enough people share them', async () => {
    const colleagues = Array.from({ length: 40 }, (_, index) => ({
      name: '同事',
      sex: 'unknown' as const,
      idNumber: `32120219900101${String(index).padStart(4, '0')}`,
      phone: null,
      occupation: '快递员',
      union: app.world.unions.couriers,
      joinedOn: '2026-11-24',
    }));
    await app.db((ctx) => enrolMembers(ctx, colleagues));
    await fold();
    await happen('claimed', await caseOf('chen', 0));
    const moment = await newest();
    expect(moment.text).toBe('九龙镇 · 一名快递员申请了住院慰问金');
    expect(moment.unionIds[0]).toBe(app.world.unions.couriers.id);
  });

  it('reaches no further up than the viewer may see', async () => {
    const { moments } = await app.as('chair').dashboards.overview({ query: {} });
    expect(moments.length).toBeGreaterThan(0);
    for (const moment of moments) expect(moment.unionIds).toEqual([app.world.unions.couriers.id]);
  });
});

describe('a payment', () => {
  it('gives the median and the kept promises of every union above', async () => {
    const { jiangyan, machines, textiles, hailing } = app.world.unions;
    const median = async (unionId: string) =>
      (await app.as('leader').dashboards.overview({ query: { unionId } })).figures;
    expect((await median(jiangyan.id)).medianHours).toBeNull();
    await happen('paid', await caseOf('liu', 10, '2026-11-24'));
    await happen('paid', await caseOf('liu', 20, '2026-11-24'));
    await happen('paid', await caseOf('liu', 90, '2026-11-23'));
    expect(await median(jiangyan.id)).toMatchObject({ medianHours: 20, onTimeThisYearCount: 2 });
    expect(await median(textiles.id)).toMatchObject({ medianHours: 20 });
    expect((await median(machines.id)).medianHours).toBeNull();
    expect((await median(hailing.id)).medianHours).toBe(27.4);
  });
});

/** Reads an event stream until `enough` says so or fourteen seconds have passed. */
async function listen(
  path: string,
  token: string,
  during: () => Promise<void>,
  enough: (events: { event: string; data: Record<string, unknown> }[]) => boolean,
): Promise<{ event: string; data: Record<string, unknown> }[]> {
  const abort = AbortSignal.timeout(14_000);
  const response = await fetch(`${base}${path}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: abort,
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const events: { event: string; data: Record<string, unknown> }[] = [];
  const acting = during();
  let rest = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const [event = '', data = ''] = part.split('\n').map((line) => line.slice(line.indexOf(': ') + 2));
      events.push({ event, data: JSON.parse(data) as Record<string, unknown> });
    }
    if (enough(events)) break;
  }
  await acting;
  return events;
}

describe('the stream', () => {
  it('begins with a tick, then tells the moment and the new version', async () => {
    const caseId = await caseOf('chen', 3);
    const events = await listen(
      '/api/v1/dashboards/stream',
      await app.token('leader'),
      () => happen('paid', caseId),
      (all) => all.filter((one) => one.event === 'tick').length >= 2,
    );
    const ticks = events.filter((one) => one.event === 'tick');
    expect(Number(ticks[1]?.data.version)).toBeGreaterThan(Number(ticks[0]?.data.version));
    expect(events.find((one) => one.event === 'moment')?.data.text).toContain(
      '住院慰问金已到账 · 用时 3小时',
    );
  });

  it('ticks when nothing happens, so that silence means a broken feed', async () => {
    const events = await listen(
      '/api/v1/dashboards/stream',
      await app.token('jiangyanApprover'),
      async () => {},
      (all) => all.length >= 2,
    );
    expect(events.map((one) => one.event)).toEqual(['tick', 'tick']);
    expect(events[1]?.data.version).toBe(events[0]?.data.version);
  });

  it('tells a viewer nothing of what lies outside her scope', async () => {
    const [inside, outside] = [await caseOf('chen', 1), await caseOf('liu', 1)];
    const events = await listen(
      '/api/v1/dashboards/stream',
      await app.token('approver'),
      async () => {
        await happen('claimed', outside);
        await happen('claimed', inside);
      },
      (all) => all.some((one) => one.event === 'moment'),
    );
    const told = events.filter((one) => one.event === 'moment').map((one) => String(one.data.text));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('九龙镇');
  });

  it('is refused like the overview', async () => {
    const stream = (token: string | null, query = '') =>
      fetch(`${base}/api/v1/dashboards/stream${query}`, {
        headers: token === null ? {} : { authorization: `Bearer ${token}` },
      });
    expect((await stream(null)).status).toBe(401);
    expect((await stream(await app.token('chen'))).status).toBe(403);
    const { jiangyan } = app.world.unions;
    expect((await stream(await app.token('approver'), `?unionId=${jiangyan.id}`)).status).toBe(404);
  });

  it('lets the server close while a wall is watching', async () => {
    const other = await testApp();
    const address = await other.server.app.listen({ port: 0, host: '127.0.0.1' });
    const response = await fetch(`${address}/api/v1/dashboards/stream`, {
      headers: { authorization: `Bearer ${await other.token('leader')}` },
    });
    const ended = response.text();
    // Would wait for the stream for ever, and the test with it.
    await other.close();
    expect(await ended).toContain('event: tick');
  });
});
