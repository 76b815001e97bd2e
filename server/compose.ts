import type { FastifyInstance } from 'fastify';
import { createApp, federationFinder } from './kernel/app.ts';
import { mountAudit } from './kernel/audit-routes.ts';
import { createAuth } from './kernel/auth.ts';
import { mountCalendar } from './kernel/calendar.ts';
import type { Config } from './kernel/config.ts';
import { systemClock, type Clock } from './kernel/clock.ts';
import type { Platform } from './kernel/context.ts';
import { openDatabase } from './kernel/db.ts';
import { lookForCitus } from './kernel/db/opening.ts';
import { openReplica } from './kernel/db/replica.ts';
import type { SlowStatement } from './kernel/db/slow-log.ts';
import { waitOf } from './kernel/db/waiting.ts';
import { createFileStore, mountFiles } from './kernel/files.ts';
import { mountHealth } from './kernel/health/routes.ts';
import type { HttpHost } from './kernel/http.ts';
import { createJobs } from './kernel/jobs.ts';
import { watchTurns } from './kernel/loop-turn.ts';
import { createMetrics, measurePool } from './kernel/metrics.ts';
import { measureQueues } from './kernel/metrics/queues.ts';
import { mountMetrics } from './kernel/metrics/routes.ts';
import { mountOutbox } from './kernel/outbox.ts';
import { mountPages } from './kernel/pages.ts';
import { sweepRates } from './kernel/rate-limit.ts';
import { openPii } from './kernel/pii.ts';
import { mountAccounts, mountDemoPages, permissionsOf } from './modules/accounts/index.ts';
import { mountCases } from './modules/cases/index.ts';
import { mountClaims } from './modules/claims/index.ts';
import { mountDashboards } from './modules/dashboards/index.ts';
import { mountDisbursements } from './modules/disbursements/index.ts';
import { mountMembers } from './modules/members/index.ts';
import { mountNotifications } from './modules/notifications/index.ts';
import { mountPrivacy } from './modules/privacy/index.ts';
import { mountUnions } from './modules/unions/index.ts';

export interface Server {
  app: FastifyInstance;
  platform: Platform;
  host: HttpHost;
  /** Stops taking requests, lets those under way finish, then jobs, then the database. */
  close(): Promise<void>;
}

export interface Parts {
  config: Config;
  databaseUrl: string;
  /** Folder that holds admin/dist and member/dist. */
  root: string;
  clock?: Clock;
}

/** Puts kernel and modules together. Modules register with those to their left as they are mounted. */
export async function compose({ config, databaseUrl, root, clock = systemClock }: Parts): Promise<Server> {
  const metrics = createMetrics();
  const { busyAfterMillis } = config;
  const turn = watchTurns();
  const isBusy = () => busyAfterMillis > 0 && turn() + waitOf(database.pool) >= busyAfterMillis;
  const app = await createApp({ config, metrics, isBusy });
  const slowLog = {
    millis: config.slowQueryMillis,
    tell: (slow: SlowStatement) => app.log.warn(slow, 'slow statement'),
  };
  const toldSlow = config.slowQueryMillis > 0 ? slowLog : null;
  const database = openDatabase(databaseUrl, config.poolSize, toldSlow);
  await lookForCitus(database.pool);
  measurePool(metrics.registry, database.pool);
  const { replicaUrl, replicaLagSeconds: lagSeconds, poolSize } = config;
  const copy = { poolSize, lagSeconds, primary: database, slowLog: toldSlow, log: app.log };
  const replica = replicaUrl ? openReplica({ ...copy, url: replicaUrl, registry: metrics.registry }) : null;
  const pii = await openPii(config);
  const platform: Platform = {
    config,
    clock,
    database,
    replica,
    log: app.log,
    pii,
    files: createFileStore(config, pii),
    jobs: createJobs({ databaseUrl, log: app.log, metrics }),
    metrics,
  };
  const auth = createAuth(platform, permissionsOf);
  const host: HttpHost = { app, platform, auth, federationOf: federationFinder(platform) };
  mountAccounts(host);
  mountDemoPages(host);
  mountUnions(host);
  mountMembers(host);
  mountNotifications(host);
  mountPrivacy(host);
  mountCases(host);
  mountClaims(host);
  mountDisbursements(host);
  mountDashboards(host);
  mountAudit(host);
  mountCalendar(host);
  mountFiles(host);
  mountOutbox(host);
  platform.jobs.register(sweepRates);
  mountHealth(host, root);
  measureQueues(platform);
  mountMetrics(host);
  await mountPages(host, root);
  const close = async () => {
    // A connection whose last answer goes out while we stop would be kept open for its browser's next question.
    const hangUp = setInterval(() => app.server.closeIdleConnections(), 100);
    await app.close().finally(() => clearInterval(hangUp));
    await platform.jobs.stop();
    await replica?.close();
    await database.close();
  };
  return { app, platform, host, close };
}
