import { monitorEventLoopDelay } from 'node:perf_hooks';
import type pg from 'pg';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Ctx } from './context.ts';

const prefix = 'smart_union_';

/** The statuses of a reply, as labels. */
export const statusClasses = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** Pages, files of the front ends, and addresses that do not exist: whatever has no name in the contract. */
export const unnamedRoute = 'page';

/**
 * A figure read from a federation's rows when somebody asks for the metrics. Its label, if it has one, may only hold the
 * values listed here: a value not listed is an error, so no name of a person or union can become a series.
 */
export interface Measure {
  /** Without the prefix, in snake_case, with its unit at the end. */
  name: string;
  help: string;
  label?: { name: string; values: readonly string[] };
  /** How the figures of several federations become one. */
  across: 'sum' | 'max' | 'min';
  /** By value of the label; without a label under ''. What is not given has no series. */
  read(ctx: Ctx): Promise<Record<string, number>>;
}

export interface Metrics {
  registry: Registry;
  /** Values that each label may hold; what the test of the labels compares with. */
  allowed: Map<string, ReadonlySet<string>>;
  measures: Measure[];
  /** A call to a named route is being worked on. Event streams count until they begin. */
  began(): void;
  ended(): void;
  /** `route` is its name in the contract, e.g. 'members.list'. */
  answered(route: string, status: number, millis: number): void;
  /** A call was turned away unread, its route unknown: none of `answered`, whose times are those of work. */
  turnedAway(): void;
  /** Makes a job's name known. */
  expectJob(job: string): void;
  jobEnded(job: string, failed: boolean): void;
  gaugeOf(measure: Measure): Gauge;
  /** Adds a figure of a module; call it while mounting. */
  measure(measure: Measure): void;
  /** Lets a label hold these values. */
  allow(label: string, values: readonly string[]): void;
}

/** Upper bounds in seconds: the goals are 20 ms for a look-up, 300 ms for a list, 1 s for the overview. */
const buckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1, 3, 10, 30];

/**
 * The figures of one process, in Prometheus' terms. A registry of its own rather than the library's global one, because
 * tests run several servers in one process.
 */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const allowed = new Map<string, Set<string>>();
  const durations = new Histogram({
    name: `${prefix}request_duration_seconds`,
    help: 'Time from request to reply, by route of the contract and class of status.',
    labelNames: ['route', 'status'],
    buckets,
    registers,
  });
  const shed = new Counter({
    name: `${prefix}requests_shed_total`,
    help: 'Calls turned away to keep the rest working: too fast (429) or busy (503).',
    labelNames: ['reason'],
    registers,
  });
  const jobs = new Counter({
    name: `${prefix}job_runs_total`,
    help: 'Jobs run by this process, by name and outcome.',
    labelNames: ['job', 'outcome'],
    registers,
  });
  let working = 0;
  registry.registerMetric(
    new Gauge({
      name: `${prefix}requests_in_flight`,
      help: 'Calls being worked on.',
      registers: [],
      collect() {
        this.set(working);
      },
    }),
  );
  measureProcess(registry);
  const allow = (label: string, values: readonly string[]) => {
    allowed.set(label, new Set([...(allowed.get(label) ?? []), ...values]));
  };
  allow('status', statusClasses);
  allow('reason', ['rate', 'busy']);
  allow('outcome', ['completed', 'failed']);
  // From zero on, so that the first one already is an increase.
  for (const reason of ['rate', 'busy']) shed.inc({ reason }, 0);
  allow('route', [unnamedRoute]);
  const gauges = new Map<Measure, Gauge>();
  const measures: Measure[] = [];
  return {
    registry,
    allowed,
    measures,
    allow,
    began: () => void (working += 1),
    ended: () => void (working -= 1),
    answered(route, status, millis) {
      durations.observe(
        { route, status: statusClasses[Math.floor(status / 100) - 1] ?? '5xx' },
        millis / 1000,
      );
      if (status === 429) shed.inc({ reason: 'rate' });
      else if (status === 503) shed.inc({ reason: 'busy' });
    },
    turnedAway: () => shed.inc({ reason: 'busy' }),
    expectJob(job) {
      allow('job', [job]);
      for (const outcome of ['completed', 'failed']) jobs.inc({ job, outcome }, 0);
    },
    jobEnded: (job, failed) => jobs.inc({ job, outcome: failed ? 'failed' : 'completed' }),
    measure(measure) {
      const { label } = measure;
      const gauge = new Gauge({
        name: prefix + measure.name,
        help: measure.help,
        labelNames: label ? [label.name] : [],
        registers,
      });
      if (label) allow(label.name, label.values);
      gauges.set(measure, gauge);
      measures.push(measure);
    },
    gaugeOf: (measure) => gauges.get(measure)!,
  };
}

/** Event loop, memory, processor time: read when asked for, so that they cost nothing in between. */
function measureProcess(registry: Registry): void {
  const registers: Registry[] = [];
  const add = (metric: Gauge | Counter) => registry.registerMetric(metric);
  // A timer every 20 ms; the delay is what it came too late.
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  add(
    new Gauge({
      name: `${prefix}event_loop_delay_seconds`,
      help: 'How late the event loop was since the last reading; the 20 ms between two looks are taken off.',
      labelNames: ['quantile'],
      registers,
      collect() {
        const late = (nanos: number) => Math.max(0, nanos / 1e9 - 0.02);
        const seen = delay.count > 0;
        this.set({ quantile: '0.5' }, seen ? late(delay.percentile(50)) : 0);
        this.set({ quantile: '0.99' }, seen ? late(delay.percentile(99)) : 0);
        this.set({ quantile: '1' }, seen ? late(delay.max) : 0);
        delay.reset();
      },
    }),
  );
  add(
    new Gauge({
      name: `${prefix}memory_bytes`,
      help: 'Memory of the process: resident, heap in use, outside the heap.',
      labelNames: ['kind'],
      registers,
      collect() {
        const { rss, heapUsed, external } = process.memoryUsage();
        this.set({ kind: 'rss' }, rss);
        this.set({ kind: 'heap' }, heapUsed);
        this.set({ kind: 'external' }, external);
      },
    }),
  );
  add(
    new Counter({
      name: `${prefix}processor_seconds_total`,
      help: 'Processor time used, user and system.',
      registers,
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / 1e6);
      },
    }),
  );
  add(
    new Gauge({
      name: `${prefix}start_time_seconds`,
      help: 'When the process started, in seconds since 1970.',
      registers,
      collect() {
        this.set(Math.round(performance.timeOrigin / 1000));
      },
    }),
  );
}

/** Connections of the pool: in use, idle, and callers that wait for one. */
export function measurePool(registry: Registry, pool: pg.Pool): void {
  registry.registerMetric(
    new Gauge({
      name: `${prefix}pool_connections`,
      help: 'Connections to the database by what they do; waiting: callers without one.',
      labelNames: ['state'],
      registers: [],
      collect() {
        this.set({ state: 'in_use' }, pool.totalCount - pool.idleCount);
        this.set({ state: 'idle' }, pool.idleCount);
        this.set({ state: 'waiting' }, pool.waitingCount);
      },
    }),
  );
}
