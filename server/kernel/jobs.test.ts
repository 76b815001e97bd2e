import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../tests/database/test-app.ts';
import { createJobs, defineJob, type Job, type Jobs } from './jobs.ts';
import { slotId, slotOf } from './jobs/schedule.ts';
import { inSystemContext, type Ctx, type Platform } from './context.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

/** A process of its own over the same database: its own queue, the same tables. */
function processWith(...jobs: Job<{ name: string }>[]): { jobs: Jobs; platform: Platform } {
  const queue = createJobs({ databaseUrl: app.url, log: app.server.platform.log });
  for (const job of jobs) queue.register(job);
  return { jobs: queue, platform: { ...app.server.platform, jobs: queue } };
}

const inProcess = <T>(platform: Platform, work: (ctx: Ctx) => Promise<T>) =>
  inSystemContext(platform, app.federation, '测试', work);

/** Leaves a trace in a table everyone may write: one row per effect. */
const trace = (ctx: Ctx, name: string) =>
  ctx.db
    .insertInto('message')
    .values({ id: ctx.id(), member_id: app.world.members.chen.id, title: name, text: '', at: ctx.now })
    .execute();
const traces = async (name: string) =>
  (await app.db((ctx) => ctx.db.selectFrom('message').select('id').where('title', '=', name).execute()))
    .length;

const until = async (condition: () => Promise<boolean>) => {
  for (let tries = 0; tries < 1200; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('did not happen within a minute');
};

const tracing = (name: string, before: (tries: number) => void = () => {}): Job<{ name: string }> => {
  let tries = 0;
  return defineJob<{ name: string }>({
    name: `test.${name}`,
    retry: { limit: 3, delaySeconds: 0 },
    async run(ctx, data) {
      await trace(ctx, data.name);
      tries += 1;
      before(tries);
    },
  });
};

describe('jobs', () => {
  it('exist if and only if the transaction that put them in commits', async () => {
    const { jobs, platform } = processWith(tracing('commit'));
    await inProcess(platform, (ctx) => jobs.enqueue(ctx, 'test.commit', { name: 'kept' }));
    const failing = inProcess(platform, async (ctx) => {
      await jobs.enqueue(ctx, 'test.commit', { name: 'lost' });
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await jobs.drain(platform)).toBe(1);
    expect([await traces('kept'), await traces('lost')]).toEqual([1, 0]);
    await jobs.stop();
  });

  it('are run at once by the process that put them in, not at the next look', async () => {
    const { jobs, platform } = processWith(tracing('prompt'));
    await jobs.start(platform);
    // Each is put in when the one before has run, so the next look is two seconds away, whatever the machine is busy with.
    const waited: number[] = [];
    for (let turn = 1; turn <= 5; turn += 1) {
      const before = performance.now();
      await inProcess(platform, (ctx) => jobs.enqueue(ctx, 'test.prompt', { name: 'prompt' }));
      await until(async () => (await traces('prompt')) === turn);
      waited.push(performance.now() - before);
    }
    expect(Math.min(...waited)).toBeLessThan(1500);
    await jobs.stop();
  });

  it('leave nothing of a failed try and are tried again', async () => {
    const flaky = tracing('flaky', (tries) => {
      if (tries < 3) throw new Error('not yet');
    });
    const { jobs, platform } = processWith(flaky);
    await inProcess(platform, (ctx) => jobs.enqueue(ctx, 'test.flaky', { name: 'flaky' }));
    await jobs.start(platform);
    await until(async () => (await traces('flaky')) > 0);
    await jobs.stop();
    expect(await traces('flaky')).toBe(1);
  });

  it('have one effect however many processes look for them', async () => {
    const one = processWith(tracing('once'));
    const two = processWith(tracing('once'));
    for (let index = 0; index < 20; index += 1) {
      await inProcess(one.platform, (ctx) => one.jobs.enqueue(ctx, 'test.once', { name: 'once' }));
    }
    await Promise.all([one.jobs.start(one.platform), two.jobs.start(two.platform)]);
    await until(async () => (await traces('once')) >= 20);
    await Promise.all([one.jobs.stop(), two.jobs.stop()]);
    expect(await traces('once')).toBe(20);
  });

  it('undo their writes when they were given to somebody else meanwhile', async () => {
    const slow = defineJob<{ name: string }>({
      name: 'test.taken-over',
      async run(ctx, data) {
        await trace(ctx, data.name);
        // What the queue does to a job whose time is over, as another server would.
        await queue.query(`update pgboss.job set state = 'retry' where name = 'test.taken-over'`);
      },
    });
    const queue = new Client({ connectionString: app.url });
    await queue.connect();
    const { jobs, platform } = processWith(slow);
    await inProcess(platform, (ctx) => jobs.enqueue(ctx, 'test.taken-over', { name: 'taken-over' }));
    await expect(jobs.drain(platform)).rejects.toThrow('somebody else');
    await queue.end();
    await jobs.stop();
    expect(await traces('taken-over')).toBe(0);
  });

  it('wait singly under one key, and apart without', async () => {
    const { jobs, platform } = processWith(tracing('keyed'));
    await inProcess(platform, async (ctx) => {
      for (const key of ['a', 'a', 'b']) await jobs.enqueue(ctx, 'test.keyed', { name: 'keyed' }, { key });
      await jobs.enqueue(ctx, 'test.keyed', { name: 'keyed' });
      await jobs.enqueue(ctx, 'test.keyed', { name: 'keyed' });
    });
    expect(await jobs.drain(platform)).toBe(4);
    await jobs.stop();
  });

  it('do not start before their time', async () => {
    const { jobs, platform } = processWith(tracing('later'));
    await inProcess(platform, (ctx) =>
      jobs.enqueue(
        ctx,
        'test.later',
        { name: 'later' },
        { startAfter: new Date(ctx.now.getTime() + 60_000) },
      ),
    );
    await jobs.start(platform);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(await traces('later')).toBe(0);
    await jobs.stop();
    const again = processWith(tracing('later'));
    expect(await again.jobs.drain(again.platform)).toBe(1);
    await again.jobs.stop();
  });

  it('of a killed process are run by another once their time is over', async () => {
    const { jobs, platform } = processWith(tracing('orphan'));
    await inProcess(platform, (ctx) => jobs.enqueue(ctx, 'test.orphan', { name: 'orphan' }));
    // The row a SIGKILL leaves behind: taken, never ended.
    const queue = new Client({ connectionString: app.url });
    await queue.connect();
    const taken = await queue.query(
      `update pgboss.job set state = 'active', started_on = now() - interval '61 seconds' where name = 'test.orphan'`,
    );
    await queue.end();
    expect(taken.rowCount).toBe(1);
    await jobs.start(platform);
    await until(async () => (await traces('orphan')) === 1);
    await jobs.stop();
  });

  it('under way are finished before the queue stops', async () => {
    let begun = false;
    const slow = defineJob<{ name: string }>({
      name: 'test.slow',
      async run(ctx, data) {
        begun = true;
        await new Promise((resolve) => setTimeout(resolve, 800));
        await trace(ctx, data.name);
      },
    });
    const { jobs, platform } = processWith(slow);
    await inProcess(platform, (ctx) => jobs.enqueue(ctx, 'test.slow', { name: 'slow' }));
    await jobs.start(platform);
    await until(async () => begun);
    await jobs.stop();
    expect(await traces('slow')).toBe(1);
  });

  it('of a schedule run once a slot, for two processes and after a restart', async () => {
    const daily = (): Job<{ name: string }> =>
      defineJob<{ name: string }>({
        name: 'test.daily',
        schedule: { dailyAt: '00:00' },
        run: (ctx) => trace(ctx, 'daily').then(() => {}),
      });
    const one = processWith(daily());
    const two = processWith(daily());
    await Promise.all([one.jobs.start(one.platform), two.jobs.start(two.platform)]);
    await until(async () => (await traces('daily')) > 0);
    await Promise.all([one.jobs.stop(), two.jobs.stop()]);
    const three = processWith(daily());
    await three.jobs.start(three.platform);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await three.jobs.stop();
    expect(await traces('daily')).toBe(1);
  });

  it('nobody registered are refused where they are put in', async () => {
    const refused = app.db((ctx) => ctx.jobs.enqueue(ctx, 'test.unknown', {}));
    await expect(refused).rejects.toThrow('no job test.unknown');
  });
});

describe('a schedule', () => {
  it.each([
    ['2026-11-20T19:09:59Z', null],
    ['2026-11-20T19:10:00Z', '2026-11-21'],
    ['2026-11-21T15:59:59Z', '2026-11-21'],
    ['2026-11-21T16:00:00Z', null],
  ])('daily at 03:10 in Shanghai is at %s in slot %s', (instant, slot) => {
    expect(slotOf({ schedule: { dailyAt: '03:10' } }, new Date(instant))).toBe(slot);
  });

  it('by minutes changes its slot every so many', () => {
    const at = (instant: string) => slotOf({ schedule: { everyMinutes: 15 } }, new Date(instant));
    expect(at('2026-11-21T08:14:59Z')).not.toBe(at('2026-11-21T08:15:00Z'));
    expect(at('2026-11-21T08:15:00Z')).toBe(at('2026-11-21T08:29:59Z'));
  });

  it('gives every federation, job and slot an id of its own', () => {
    const ids = [slotId('a', 'j', '1'), slotId('b', 'j', '1'), slotId('a', 'k', '1'), slotId('a', 'j', '2')];
    expect(new Set(ids).size).toBe(4);
    expect(slotId('a', 'j', '1')).toBe(ids[0]);
    expect(
      ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toBe(true);
  });
});
