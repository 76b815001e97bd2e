import { contract } from '@smart-union/contract';
import { pathsFor } from '../../kernel/access.ts';
import { ownCheck } from '../../kernel/health/checks.ts';
import { mount } from '../../kernel/http.ts';
import type { HttpHost } from '../../kernel/http.ts';
import { mountDemoAccount } from './demo-account.ts';
import { foldLag } from './fold-lag.ts';
import { startFolding } from './fold-loop.ts';
import { proveFigures } from './jobs.ts';
import { findUnion } from './read-overview.ts';
import { keepOverviews } from './keep-overviews.ts';
import { createStreams } from './streams.ts';

/** Mounts the routes; folding begins when the server is ready and ends, like the streams, before it closes. */
export function mountDashboards(host: HttpHost): void {
  const streams = createStreams(host.platform);
  const overviewOf = keepOverviews();
  mount(host, 'dashboards', contract.dashboards, {
    overview: (ctx, { query }) => overviewOf(ctx, query?.unionId),
    stream: async (ctx, { query }) => {
      const union = await findUnion(ctx, query?.unionId);
      return {
        mediaType: 'text/event-stream; charset=utf-8',
        content: await streams.open(ctx, union.path, pathsFor(ctx.actor, 'dashboards.view')),
        // Reverse proxies buffer by default; an event held back for a minute is no event.
        headers: { 'x-accel-buffering': 'no' },
      };
    },
  });
  host.platform.metrics.measure(foldLag());
  host.platform.jobs.register(proveFigures);
  ownCheck(host.platform, 'figures', proveFigures.name);
  mountDemoAccount(host);
  let stopFolding = async (): Promise<void> => {};
  host.app.addHook('onReady', async () => {
    stopFolding = startFolding(host.platform);
  });
  host.app.addHook('preClose', async () => {
    streams.close();
    await stopFolding();
  });
}
