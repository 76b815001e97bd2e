import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { addDeltas } from '../../kernel/rollups.ts';
import { foldOnce, reconcileRollups } from './index.ts';
import { proveFigures } from './jobs.ts';

let app: TestApp;

beforeAll(async () => {
  app = await testApp();
  await app.db((ctx) => reconcileRollups(ctx, { repair: true }));
});
afterAll(() => app?.close());

const fold = () => foldOnce(app.server.platform, app.federation);
const note = (unionPath: string, metric: 'members' | 'claims', period: string, amount: number) =>
  app.db((ctx) => addDeltas(ctx, [{ unionPath, metric, period, amount }]));
const overview = (unionId?: string) =>
  app.as('leader').dashboards.overview({ query: unionId === undefined ? {} : { unionId } });

describe('the overview', () => {
  it('starts at the highest union of the viewer and adds up everything below', async () => {
    const city = await overview();
    expect(city.union.id).toBe(app.world.unions.city.id);
    expect(city.figures).toMatchObject({ members: 9, unions: 12 });
    expect(city.places.map((place) => [place.union.name, place.figures.members])).toEqual([
      ['海陵区总工会', 8],
      ['姜堰区总工会', 1],
    ]);
    expect(city.places[0]?.grains.map((grain) => grain.name).toSorted()).toEqual([
      '九龙镇总工会',
      '城东街道总工会',
    ]);
    expect(city.segments).toContainEqual({ code: 'women', title: '女职工', count: 4 });
  });

  it('shows a leaf among its siblings', async () => {
    const { couriers, jiulong } = app.world.unions;
    const leaf = await overview(couriers.id);
    expect(leaf.figures.members).toBe(3);
    expect(leaf.places.map((place) => place.union.id)).toContain(couriers.id);
    expect(leaf.places).toHaveLength(2);
    expect(leaf.ancestors.at(-1)).toEqual({ id: jiulong.id, name: jiulong.name });
  });

  it('answers a union out of scope like one that does not exist', async () => {
    const { jiangyan, hailing } = app.world.unions;
    const abroad = await app.call('chair', { url: `/api/v1/dashboards/overview?unionId=${jiangyan.id}` });
    expect(abroad.status).toBe(404);
    const above = await app.call('approver', { url: `/api/v1/dashboards/overview?unionId=${hailing.id}` });
    expect((above.body as { ancestors: unknown[] }).ancestors).toEqual([]);
  });

  it('offers the lists behind the numbers only to those who may open them', async () => {
    expect((await overview()).can).toEqual([]);
    expect((await app.as('approver').dashboards.overview({ query: {} })).can).toContain('members.view');
  });

  it('is read once for all who look at the same time, each with what she may do, and anew after a fold', async () => {
    const { couriers } = app.world.unions;
    const renamed = (name: string) =>
      app.db((ctx) => ctx.db.updateTable('union').set({ name }).where('id', '=', couriers.id).execute());
    const looking = () =>
      Promise.all(
        (['leader', 'auditor'] as const).map((who) =>
          app.as(who).dashboards.overview({ query: { unionId: couriers.id } }),
        ),
      );
    const before = await looking();
    await renamed('改名工会');
    const [kept] = await looking();
    expect(kept?.union.name).toBe(couriers.name);
    expect(before.map(({ can }) => can.includes('members.view'))).toEqual([false, true]);
    await note(couriers.path, 'members', '', 1);
    await fold();
    expect((await looking()).map(({ union }) => union.name)).toEqual(['改名工会', '改名工会']);
    await note(couriers.path, 'members', '', -1);
    await renamed(couriers.name);
    await fold();
  });

  it('is for nobody else', async () => {
    expect((await app.call(null, { url: '/api/v1/dashboards/overview' })).status).toBe(401);
    expect((await app.call('chen', { url: '/api/v1/dashboards/overview' })).status).toBe(403);
    expect((await app.call('admin', { url: '/api/v1/dashboards/overview' })).status).toBe(403);
  });
});

describe('folding', () => {
  it('carries a delta to the union and all above it, once', async () => {
    const today = await app.db(async (ctx) => ctx.today);
    await note(app.world.unions.couriers.path, 'claims', today, 2);
    await note(app.world.unions.motors.path, 'claims', today, 1);
    await fold();
    await fold();
    const counted = async (id: string) => (await overview(id)).figures.claimsToday;
    const { city, hailing, jiulong, couriers, jiangyan } = app.world.unions;
    expect(
      await Promise.all([city, hailing, jiulong, couriers, jiangyan].map(({ id }) => counted(id))),
    ).toEqual([3, 3, 2, 2, 0]);
    await note(app.world.unions.couriers.path, 'claims', today, -2);
    await note(app.world.unions.motors.path, 'claims', today, -1);
    await fold();
    expect(await counted(city.id)).toBe(0);
  });

  it('lets many servers fold and many requests write at once without losing or doubling', async () => {
    const { couriers, machines, city } = app.world.unions;
    const before = (await overview(city.id)).figures.members;
    const writes = Array.from({ length: 60 }, (_, index) =>
      note((index % 2 ? couriers : machines).path, 'members', '', 1),
    );
    await Promise.all([...writes, ...Array.from({ length: 8 }, fold)]);
    await fold();
    expect((await overview(city.id)).figures.members).toBe(before + 60);
    await note(couriers.path, 'members', '', -30);
    await note(machines.path, 'members', '', -30);
    await fold();
  });

  it('loses nothing with a transaction that fails', async () => {
    const { couriers, city } = app.world.unions;
    const before = (await overview(city.id)).figures.members;
    const failing = app.db(async (ctx) => {
      await addDeltas(ctx, [{ unionPath: couriers.path, metric: 'members', period: '', amount: 5 }]);
      throw new Error('planted');
    });
    await expect(failing).rejects.toThrow('planted');
    await fold();
    expect((await overview(city.id)).figures.members).toBe(before);
  });
});

describe('reconciliation', () => {
  const drifts = () => app.db((ctx) => reconcileRollups(ctx, { repair: false }));

  it('finds nothing where the figures are right, also while a delta waits', async () => {
    await fold();
    expect(await drifts()).toEqual([]);
    await app.db(async (ctx) => {
      await sql`update member set status = 'left' where id = ${app.world.members.liu.id}`.execute(ctx.db);
      await addDeltas(ctx, [
        { unionPath: app.world.unions.textiles.path, metric: 'members', period: '', amount: -1 },
        { unionPath: app.world.unions.textiles.path, metric: 'segment:women', period: '', amount: -1 },
      ]);
    });
    expect(await drifts()).toEqual([]);
    await fold();
    expect(await drifts()).toEqual([]);
  });

  it('names the figure that drifted by one, on every level above, and repairs it', async () => {
    const { pumps, jiulong, hailing, city } = app.world.unions;
    await app.db((ctx) =>
      sql`update member set status = 'left' where id = ${app.world.members.li.id}`.execute(ctx.db),
    );
    const found = (await drifts()) ?? [];
    expect(found.map((drift) => drift.unionPath).toSorted()).toEqual(
      [pumps, jiulong, hailing, city]
        .map(({ path }) => path)
        .concat('f')
        .toSorted(),
    );
    const own = found.find((drift) => drift.unionPath === pumps.path);
    expect(own).toMatchObject({
      metric: 'members',
      rollup: { own: 2, subtree: 2 },
      live: { own: 1, subtree: 1 },
    });
    await app.db((ctx) => reconcileRollups(ctx, { repair: true }));
    expect(await drifts()).toEqual([]);
    expect((await overview(pumps.id)).figures.members).toBe(1);
  });

  it('finds a subtree that no longer is the sum of its parts', async () => {
    const { hailing } = app.world.unions;
    await app.db((ctx) =>
      sql`update rollup set subtree = subtree + 1 where union_path = ${hailing.path} and metric = 'unions'`.execute(
        ctx.db,
      ),
    );
    expect((await drifts())?.map((drift) => [drift.unionPath, drift.metric])).toEqual([
      [hailing.path, 'unions'],
    ]);
    await app.db((ctx) => reconcileRollups(ctx, { repair: true }));
    expect(await drifts()).toEqual([]);
  });

  it('is done every night: a drift goes into the audit log and is put right', async () => {
    const { motors } = app.world.unions;
    await app.db((ctx) =>
      sql`update rollup set own = own + 7 where union_path = ${motors.path} and metric = 'members'`.execute(
        ctx.db,
      ),
    );
    await app.db((ctx) => proveFigures.run(ctx, {}));
    const event = await app.db((ctx) =>
      ctx.db
        .selectFrom('audit_event')
        .select('payload')
        .where('kind', '=', 'dashboards.drifted')
        .executeTakeFirstOrThrow(),
    );
    expect(event.payload).toContain(motors.path);
    expect(await drifts()).toEqual([]);
  });
});
