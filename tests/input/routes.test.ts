import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import { reconcileLedger } from '../../server/modules/disbursements/index.ts';
import type { Walker } from '../scope/people.ts';
import { routeNames, type RouteName } from '../scope/probe.ts';
import { probes } from '../scope/probes.ts';
import { specOf } from '../scope/reach.ts';
import { buildScene, type Scene } from '../scope/scene.ts';
import { complaint, send as sendTo, type Parts, type Reply } from './answer.ts';
import { damaged, effort, seed } from './effort.ts';
import { nastyTexts, spoilt } from './nasty.ts';
import { beginVitals } from './vitals.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await buildScene();
});
afterAll(() => scene?.t.close());

/** Ends the sessions of the walkers, or never ends itself. */
const apart: readonly RouteName[] = ['accounts.signOut', 'accounts.beginTotp', 'dashboards.stream'];
const routes = routeNames.filter((name) => !apart.includes(name));

/** Sends again a minute later what came too often: the clock of the tests stands still, and no bucket would ever fill. */
async function send(name: RouteName, walker: Walker, parts: Parts): Promise<Reply> {
  const reply = await sendTo(scene, name, walker, parts);
  if (reply.status !== 429) return reply;
  scene.t.addDays(1 / 1440);
  return sendTo(scene, name, walker, parts);
}

/** A password costs the server a tenth of a second, right or wrong. */
const isDear = (name: RouteName) => /signInCadre|changePassword|accounts\.create/.test(name);

it(
  'answers two thousand wrong requests with a reason in Chinese and never falls over',
  async () => {
    const vitals = beginVitals('wrong requests');
    let asked = 0;
    for (const name of routes) {
      const spec = specOf(name);
      const right = probes[name].call(scene.near, scene);
      const parts = fc.record({
        params: spec.params ? spoilt(spec.params, right.params) : fc.constant(right.params),
        query: spec.query ? spoilt(spec.query, right.query ?? {}) : fc.constant(right.query),
        body: spec.body ? spoilt(spec.body, right.body) : fc.constant(undefined),
      });
      // Half of the requests have a right address, so that the body is looked at at all.
      const mostly = fc.tuple(parts, fc.boolean()).map(([bad, all]) => ({
        ...(all ? bad : { ...bad, params: right.params }),
        ...(right.raw ? { raw: right.raw } : {}),
      }));
      // By the handful: making thousands at once would be what holds the loop up.
      for (let handful = 0; handful < effort; handful += 1) {
        const numRuns = isDear(name) ? (handful === 0 ? 4 : 0) : 24;
        for (const sample of fc.sample(mostly, { seed: seed + asked, numRuns })) {
          asked += 1;
          const reply = await vitals.timed(name, () => send(name, probes[name].works, sample));
          vitals.tally(`${reply.status}`);
          const why = complaint(reply);
          if (why) vitals.wrong(`${name}: ${why} for ${JSON.stringify(sample).slice(0, 300)}`);
        }
      }
    }
    expect(vitals.end(), `INPUT_SEED=${seed}`).toEqual([]);
    expect(asked).toBeGreaterThan(1900 * effort);
    // Refusals of several kinds, and things that went through: the requests did get past the door.
    const { outcomes } = vitals;
    expect([...outcomes.keys()].filter((status) => Number(status) >= 400).length).toBeGreaterThan(3);
    expect(outcomes.get('200') ?? 0).toBeGreaterThan(50);
    expect(outcomes.get('429') ?? 0).toBeLessThan(asked / 100);
  },
  240_000 * effort,
);

it(
  'refuses or understands any damaged JSON on every route that takes some',
  async () => {
    const vitals = beginVitals('damaged JSON');
    let asked = 0;
    for (const name of routes.filter((one) => specOf(one).body && !isDear(one))) {
      const right = probes[name].call(scene.near, scene);
      const whole = Buffer.from(JSON.stringify(right.body));
      for (let count = 0; count < 14 * effort; count += 1) {
        asked += 1;
        const text = damaged(whole, seed + asked, count % 2 === 0);
        const reply = await vitals.timed(name, () =>
          send(name, probes[name].works, { ...right, body: undefined, text }),
        );
        vitals.tally(`${reply.status}`);
        const why = complaint(reply);
        if (why) vitals.wrong(`${name}: ${why} for ${text.toString('latin1').slice(0, 200)}`);
      }
    }
    expect(vitals.end(), `INPUT_SEED=${seed}`).toEqual([]);
    expect(asked).toBeGreaterThan(400 * effort);
    expect(vitals.outcomes.get('400') ?? 0).toBeGreaterThan(asked / 4);
  },
  120_000 * effort,
);

it('takes every nasty text in every text field of a claim, and gives back what was meant', async () => {
  const client = scene.t.as('li');
  const wrong: string[] = [];
  for (const text of nastyTexts.slice(2)) {
    const draft = await client.cases.open({ body: { itemCode: 'hospital-consolation' } });
    for (const field of ['hospital', 'diagnosis', 'admittedOn', 'bankCard', 'receipts', '__proto__', text]) {
      const at = await client.cases.getMine({ params: { id: draft.id } });
      const answers = JSON.parse(JSON.stringify({ [field]: text })) as Record<string, unknown>;
      const reply = await send('cases.saveAnswers', 'li' as Walker, {
        params: { id: draft.id },
        query: undefined,
        body: { answers, version: at.version },
      });
      const why = complaint(reply);
      if (why) wrong.push(`${field} ${JSON.stringify(text).slice(0, 60)}: ${why}`);
      if (reply.status === 200 && field === 'hospital' && !/[\p{Cc}\p{Cs}]/u.test(text)) {
        const kept = (await client.cases.getMine({ params: { id: draft.id } })).answers.hospital;
        // Marks that turn the writing round are taken out: they make a name look like another.
        const meant = text.replace(/\p{Cf}/gu, '').trim();
        if (typeof kept === 'string' && kept !== '' && kept.replace(/\p{Cf}/gu, '').trim() !== meant)
          wrong.push(`${JSON.stringify(text)} came back as ${JSON.stringify(kept)}`);
      }
    }
  }
  expect(wrong).toEqual([]);
}, 120_000);

it('refuses a nest too deep to walk', async () => {
  const draft = await scene.t.as('li').cases.open({ body: { itemCode: 'hospital-consolation' } });
  for (const depth of [40, 5000, 100_000]) {
    const reply = await scene.t.call('li', {
      method: 'PUT',
      url: `/api/v1/me/cases/${draft.id}/answers`,
      payload: `{"version":1,"answers":{"hospital":${'['.repeat(depth)}${']'.repeat(depth)}}}`,
      headers: { 'content-type': 'application/json', 'idempotency-key': `deep-${depth}` },
    });
    expect([depth, reply.status, complaint(reply)]).toEqual([depth, 400, null]);
  }
});

it('searches for every nasty text without a fault and without finding everybody', async () => {
  const wrong: string[] = [];
  for (const name of ['members.list', 'cases.list', 'unions.list', 'accounts.list', 'audit.list'] as const) {
    const { works } = probes[name];
    const all = await send(name, works, { params: {}, query: { view: 'all' }, body: undefined });
    const everybody = Math.max(1, (all.body as { total?: number }).total ?? 0);
    for (const q of nastyTexts) {
      const reply = await send(name, works, { params: {}, query: { q, view: 'all' }, body: undefined });
      const why = complaint(reply);
      if (why) wrong.push(`${name} ${JSON.stringify(q).slice(0, 60)}: ${why}`);
      const total = (reply.body as { total?: number }).total ?? 0;
      // Some may be called so by now: the requests above have made accounts of any name. Not everybody is.
      if (/^(%_|' or)/.test(q) && total >= everybody) wrong.push(`${name}: ${q} finds ${total}`);
    }
  }
  expect(wrong).toEqual([]);
}, 60_000);

it('sorts every list by what it knows and by nothing else, and finds the same', async () => {
  const wrong: string[] = [];
  let lists = 0;
  for (const name of routes) {
    const { query } = specOf(name);
    if (!query || !('sort' in (query as z.ZodObject).shape)) continue;
    lists += 1;
    const { works, call } = probes[name];
    const right = call(scene.near, scene);
    const rows = async (sort?: string) => {
      const reply = await send(name, works, { ...right, query: { ...right.query, sort } });
      const why = complaint(reply);
      if (why) wrong.push(`${name} by ${sort}: ${why}`);
      // A list written to a file has no total to compare; it must not fall over either.
      return (reply.body as { total?: number } | null)?.total;
    };
    const all = await rows();
    for (const sort of [
      'constructor',
      '-constructor',
      '__proto__',
      'toString',
      '--',
      'case.number;',
      'name desc',
    ])
      if ((await rows(sort)) !== all) wrong.push(`${name} by ${sort} finds something else`);
  }
  expect(wrong).toEqual([]);
  expect(lists).toBeGreaterThan(3);
});

it('reads no body it was not promised', async () => {
  const path = '/api/v1/me/cases';
  const post = (payload: string | Buffer, type?: string) =>
    scene.t.call('chen', {
      method: 'POST',
      url: path,
      payload,
      headers: { ...(type ? { 'content-type': type } : {}), 'idempotency-key': 'x' },
    });
  const tries: [string, Awaited<ReturnType<typeof post>>, number][] = [
    ['half', await post('{"itemCode":', 'application/json'), 400],
    ['not JSON', await post('itemCode=x', 'application/x-www-form-urlencoded'), 415],
    ['no type', await post('{}'), 415],
    ['XML', await post('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', 'text/xml'), 415],
    ['two megabytes', await post(JSON.stringify({ itemCode: 'x'.repeat(2 ** 21) }), 'application/json'), 413],
    ['deep', await post(`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'application/json'), 400],
    [
      'GBK',
      await post(Buffer.from([0x7b, 0x22, 0xd6, 0xd0, 0x22, 0x3a, 0x31, 0x7d]), 'application/json'),
      400,
    ],
    ['prototype', await post('{"__proto__":{"itemCode":"x"}}', 'application/json'), 400],
    ['empty', await post('', 'application/json'), 400],
  ];
  for (const [what, reply, status] of tries) {
    expect([what, complaint(reply)]).toEqual([what, null]);
    expect([what, reply.status]).toEqual([what, status]);
  }
});

it('is whole after all of that: books, chain and house', async () => {
  const { t } = scene;
  expect((await t.call(null, { method: 'GET', url: '/healthz' })).status).toBe(200);
  expect((await t.call(null, { method: 'GET', url: '/readyz' })).status).toBe(200);
  expect(await t.db(reconcileLedger)).toEqual([]);
  expect(await t.as('auditor').audit.verify()).toMatchObject({ ok: true });
});
