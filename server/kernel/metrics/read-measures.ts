import { Gauge } from 'prom-client';
import { listFederations } from '../app.ts';
import { inSystemContext, type Platform } from '../context.ts';
import type { Measure } from '../metrics.ts';

/** Whoever asks more often is told the same: reading must not become a load of its own. */
const freshMillis = 5000;

const join: Record<Measure['across'], (one: number, other: number) => number> = {
  sum: (one, other) => one + other,
  max: Math.max,
  min: Math.min,
};

/** Throws when a measure made up a value for its label. */
function requireAllowed({ name, label }: Measure, value: string): void {
  if (label ? !label.values.includes(value) : value !== '')
    throw new Error(`measure ${name} has a label value that is not on its list`);
}

/** What every measure says now, over all federations. Each federation's are read in one transaction. */
async function readAll(platform: Platform): Promise<Map<Measure, Map<string, number>>> {
  const found = new Map<Measure, Map<string, number>>();
  for (const federation of await listFederations(platform)) {
    await inSystemContext(platform, federation, 'metrics', async (ctx) => {
      for (const measure of platform.metrics.measures) {
        const sums = found.get(measure) ?? new Map<string, number>();
        found.set(measure, sums);
        for (const [value, figure] of Object.entries(await measure.read(ctx))) {
          requireAllowed(measure, value);
          const before = sums.get(value);
          sums.set(value, before === undefined ? figure : join[measure.across](before, figure));
        }
      }
    });
  }
  return found;
}

/** Makes the function that brings the gauges of the measures up to date before the metrics are told. */
export function measureReader(platform: Platform): () => Promise<void> {
  const { metrics } = platform;
  const up = new Gauge({
    name: 'smart_union_database_up',
    help: '1 when the database answered the last reading, 0 when it did not.',
    registers: [metrics.registry],
  });
  let readAt = -freshMillis;
  let reading: Promise<void> | null = null;
  const read = async () => {
    const found = await readAll(platform).catch((error: unknown) => {
      platform.log.error({ err: error }, 'metrics: could not read the figures of the database');
      return null;
    });
    up.set(found ? 1 : 0);
    for (const measure of metrics.measures) {
      const gauge = metrics.gaugeOf(measure);
      // Figures of the past would look like a system at rest.
      gauge.reset();
      for (const [value, figure] of found?.get(measure) ?? [])
        gauge.set(measure.label ? { [measure.label.name]: value } : {}, figure);
    }
    readAt = performance.now();
    reading = null;
  };
  return () => {
    if (reading) return reading;
    if (performance.now() - readAt < freshMillis) return Promise.resolve();
    reading = read();
    return reading;
  };
}
