import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contract } from '@smart-union/contract';
import { root } from '../../tests/database/template.ts';
import { testApp, type TestApp } from '../../tests/database/test-app.ts';
import { readConfig } from './config.ts';
import { statusClasses, unnamedRoute } from './metrics.ts';

const token = 'a-token-of-the-scraper';
let app: TestApp;
beforeAll(async () => {
  app = await testApp({ metricsToken: token });
});
afterAll(() => app.close());

interface Series {
  name: string;
  labels: Record<string, string>;
  value: number;
}

function parse(text: string): Series[] {
  return text
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => {
      const [, name, inside, value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line)!;
      const labels = [...(inside ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key, said]) => [key!, said!]);
      return {
        name: name!,
        labels: Object.fromEntries(labels) as Record<string, string>,
        value: Number(value),
      };
    });
}

const read = async (headers: Record<string, string> = {}, remoteAddress = '127.0.0.1') => {
  const reply = await app.server.app.inject({ url: '/metrics', headers, remoteAddress });
  return {
    status: reply.statusCode,
    body: reply.body,
    series: reply.statusCode === 200 ? parse(reply.body) : [],
  };
};
const pick = (series: Series[], name: string, labels: Record<string, string> = {}) =>
  series.filter(
    (one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
  );

describe('who may read the metrics', () => {
  const bearer = (said: string) => ({ authorization: `Bearer ${said}` });

  it('is this machine, and who brings the token', async () => {
    expect((await read()).status).toBe(200);
    expect((await read({}, '::1')).status).toBe(200);
    expect((await read(bearer(token), '203.0.113.9')).status).toBe(200);
  });

  it('is nobody else: to them the address does not exist', async () => {
    const tries = [
      await read({}, '203.0.113.9'),
      await read({}, '10.0.0.7'),
      await read(bearer(`${token}x`), '203.0.113.9'),
      await read(bearer(await app.token('cityAdmin')), '203.0.113.9'),
      // Somebody far away, through a proxy on this machine.
      await read({ 'x-forwarded-for': '203.0.113.9' }),
      await read({ forwarded: 'for=203.0.113.9' }),
    ];
    expect(tries.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
    expect(tries[0]!.body).toContain('route-unknown');
  });

  it('is nobody from this machine where a proxy is configured, for then everybody comes from here', async () => {
    for (const change of [{ secureCookies: true }, { trustProxy: '127.0.0.1' }]) {
      const proxied = await testApp({ ...change, metricsToken: token });
      const status = async (headers: Record<string, string>) =>
        (await proxied.server.app.inject({ url: '/metrics', headers })).statusCode;
      expect([await status({}), await status(bearer(token))]).toEqual([404, 200]);
      await proxied.close();
    }
  });

  it('refuses a token that could be guessed', () => {
    expect(() => readConfig({ METRICS_TOKEN: 'short' })).toThrow(/METRICS_TOKEN/);
  });
});

describe('the metrics', () => {
  it('count calls by the route of the contract and the class of status', async () => {
    const before = (await read()).series;
    const of = (series: Series[], route: string, status: string) =>
      pick(series, 'smart_union_request_duration_seconds_count', { route, status })[0]?.value ?? 0;
    await app.as('registrar').members.list({ query: { q: '陈' } });
    await app
      .as('chen')
      .members.list()
      .catch(() => null);
    await app.call(null, { method: 'GET', url: '/no/such/page/11010119900307851X' });
    const after = (await read()).series;
    const grown = (route: string, status: string) => of(after, route, status) - of(before, route, status);
    expect(grown('members.list', '2xx')).toBe(1);
    expect(grown('members.list', '4xx')).toBe(1);
    expect(grown(unnamedRoute, '4xx')).toBe(1);
    expect(pick(after, 'smart_union_requests_in_flight')).toEqual([
      { name: 'smart_union_requests_in_flight', labels: {}, value: 0 },
    ]);
  });

  it('count what is shed', async () => {
    const limited = await testApp({ rateLimit: 1 });
    const ask = () => limited.call('chair', { method: 'GET', url: '/api/v1/calendar/days?year=2026' });
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 429]);
    const { body } = await limited.server.app.inject({ url: '/metrics' });
    const shed = pick(parse(body), 'smart_union_requests_shed_total');
    expect(shed.map(({ labels, value }) => [labels.reason, value])).toEqual([
      ['rate', 1],
      ['busy', 0],
    ]);
    await limited.close();
  });

  it('tell of every thing that is worth an alarm', async () => {
    const names = new Set((await read()).series.map(({ name }) => name));
    for (const name of [
      'event_loop_delay_seconds',
      'memory_bytes',
      'processor_seconds_total',
      'pool_connections',
      'queue_waiting_jobs',
      'queue_oldest_seconds',
      'outbox_messages',
      'rollup_lag_seconds',
      'import_rows',
      'database_up',
    ])
      expect([...names]).toContain(`smart_union_${name}`);
  });

  it('hold no label but from a fixed set, whatever people type', async () => {
    await app.call('registrar', { method: 'GET', url: '/api/v1/members?q=13800138000&unionId=nobody' });
    await app.call('registrar', { method: 'GET', url: `/api/v1/members/${app.world.members.chen.id}` });
    await app.call(null, { method: 'POST', url: '/api/v1/%E9%99%88', payload: {} });
    const routes = Object.entries(contract).flatMap(([module, table]) =>
      Object.keys(table).map((name) => `${module}.${name}`),
    );
    const fixed: Record<string, readonly string[]> = {
      route: [...routes, unnamedRoute],
      status: statusClasses,
      reason: ['rate', 'busy'],
      job: app.server.platform.jobs.names(),
      outcome: ['completed', 'failed'],
      outcome_of_row: ['added', 'changed', 'unchanged', 'rejected'],
      state: ['in_use', 'idle', 'waiting', 'given_up'],
      kind: ['rss', 'heap', 'external'],
      quantile: ['0.5', '0.99', '1'],
      check: ['audit', 'ledger', 'figures'],
      le: ['0.005', '0.01', '0.02', '0.05', '0.1', '0.3', '1', '3', '10', '30', '+Inf'],
    };
    const { series } = await read();
    const stray = series.flatMap(({ name, labels }) =>
      Object.entries(labels)
        .filter(([label, value]) => !fixed[label]?.includes(value))
        .map(([label, value]) => `${name} ${label}=${value}`),
    );
    expect(stray).toEqual([]);
    // A floor: a parser that sees nothing finds nothing stray.
    expect(series.length).toBeGreaterThan(60);
  });

  it('are those that the dashboard and the alarms ask for', async () => {
    const { body } = await read();
    const known = new Set([...body.matchAll(/^# TYPE (\w+) /gm)].map((match) => match[1]!));
    for (const file of ['ops/grafana/smart-union.json', 'ops/prometheus/alerts.yml']) {
      const asked = [...(await readFile(join(root, file), 'utf8')).matchAll(/smart_union_\w+/g)];
      const names = new Set(asked.map(([name]) => name.replace(/_(bucket|count|sum)$/, '')));
      expect(names.size).toBeGreaterThan(8);
      expect([file, [...names].filter((name) => !known.has(name))]).toEqual([file, []]);
    }
  });

  it('refuse a measure whose label is made up as it goes', async () => {
    const planted = await testApp();
    planted.server.platform.metrics.measure({
      name: 'planted',
      help: 'Holds what somebody is called.',
      label: { name: 'who', values: ['nobody'] },
      across: 'sum',
      read: async () => ({ 陈明: 1 }),
    });
    const { body } = await planted.server.app.inject({ url: '/metrics' });
    expect(body).not.toContain('陈明');
    // One measure that is wrong is found out, not hidden: the reading counts as failed.
    expect(pick(parse(body), 'smart_union_database_up')[0]!.value).toBe(0);
    await planted.close();
  });
});
