import { PassThrough } from 'node:stream';
import type { Readable } from 'node:stream';
import { isWithin } from '../../kernel/access.ts';
import { inSystemContext } from '../../kernel/context.ts';
import type { Ctx, Federation, Platform } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { placeMoments } from './list-moments.ts';
import type { Moment, StoredMoment } from './list-moments.ts';
import { freshnessOf, readState } from './stream-state.ts';

/** How often a server with viewers looks at the version; one row, whatever the number of viewers. */
const lookMs = 1_000;
/** A tick goes out at every tenth look at least; the wall takes more than twice as long a silence for a broken feed. */
const looksPerTick = 10;
/** A stream ends after this long and the wall opens the next: a taken-back grant or session ends with it. */
const lifeMs = 5 * 60_000;
/** Each takes some 30 kB; 2,000 walls are told of a moment within a second, see docs/evidence/figures.md. */
const streamsAtMost = 3000;
/** A viewer that does not read loses its stream rather than the server its memory. */
const backlogBytes = 64 * 1024;

interface Viewer {
  out: PassThrough;
  unionPath: string;
  scope: readonly string[];
  looksSinceTick: number;
}

interface Watch {
  federation: Federation;
  viewers: Set<Viewer>;
  version: number;
  lastMoment: number;
  timer: NodeJS.Timeout | undefined;
}

export interface Streams {
  /** Opens an event stream for a viewer standing at `unionPath` with `scope`. Throws `rate-exceeded` when too many are open. */
  open(ctx: Ctx, unionPath: string, scope: readonly string[]): Promise<Readable>;
  /** Ends every stream, at shutdown. */
  close(): void;
}

/** Server-sent events of this server's viewers. Every server reads the same version row, so any number may serve. */
export function createStreams(platform: Platform): Streams {
  const watches = new Map<string, Watch>();
  let closed = false;

  const look = async (watch: Watch): Promise<void> => {
    try {
      await inSystemContext(platform, watch.federation, 'dashboards.stream', (ctx) => spread(ctx, watch));
    } catch (error) {
      // The viewers' own silence timer tells them; the next look tries again.
      platform.log.warn({ err: error }, 'dashboards: the version could not be read');
    }
    if (watch.viewers.size === 0 || closed) watches.delete(watch.federation.schema);
    else watch.timer = setTimeout(() => void look(watch), lookMs);
  };

  return {
    async open(ctx, unionPath, scope) {
      const open = [...watches.values()].reduce((sum, watch) => sum + watch.viewers.size, 0);
      if (closed || open >= streamsAtMost) throw new DomainError('rate-exceeded', { seconds: 30 });
      const viewer: Viewer = { out: new PassThrough(), unionPath, scope, looksSinceTick: 0 };
      const state = await readState(ctx);
      let watch = watches.get(ctx.federation.schema);
      if (!watch) {
        const { version, lastMoment } = state;
        watch = { federation: ctx.federation, viewers: new Set(), timer: undefined, version, lastMoment };
        watches.set(ctx.federation.schema, watch);
        watch.timer = setTimeout(() => void look(watch!), lookMs);
      }
      const { viewers } = watch;
      viewers.add(viewer);
      send(viewer, 'tick', { asOf: freshnessOf(ctx, state).toISOString(), version: state.version });
      const life = setTimeout(() => {
        send(viewer, 'end', {});
        viewer.out.end();
      }, lifeMs);
      viewer.out.on('close', () => {
        clearTimeout(life);
        viewers.delete(viewer);
      });
      return viewer.out;
    },
    close() {
      closed = true;
      for (const watch of watches.values()) {
        clearTimeout(watch.timer);
        for (const viewer of watch.viewers) viewer.out.end();
      }
      watches.clear();
    },
  };
}

async function spread(ctx: Ctx, watch: Watch): Promise<void> {
  const state = await readState(ctx);
  const changed = state.version !== watch.version;
  if (state.lastMoment > watch.lastMoment) await spreadMoments(ctx, watch);
  watch.version = state.version;
  watch.lastMoment = state.lastMoment;
  const due = [...watch.viewers].filter((viewer) => (viewer.looksSinceTick += 1) >= looksPerTick || changed);
  if (due.length === 0) return;
  const tick = eventOf('tick', { asOf: freshnessOf(ctx, state).toISOString(), version: state.version });
  for (const viewer of due) {
    viewer.looksSinceTick = 0;
    write(viewer, tick);
  }
}

/** Moments are written under the fold's lock, so their ids rise in the order of commit and none is missed. */
async function spreadMoments(ctx: Ctx, watch: Watch): Promise<void> {
  const rows: StoredMoment[] = await ctx.db
    .selectFrom('moment')
    .selectAll()
    .where('id', '>', watch.lastMoment)
    .orderBy('id', 'desc')
    .limit(20)
    .execute();
  const show = await placeMoments(ctx, rows);
  // Most walls stand at the same place: what they are told is written once.
  const told = new Map<string, string>();
  for (const viewer of watch.viewers) {
    const standing = `${viewer.unionPath} ${viewer.scope.join(' ')}`;
    const known = told.get(standing) ?? momentsFor(viewer, rows, show);
    told.set(standing, known);
    if (known !== '') write(viewer, known);
  }
}

/** The events of one standing, oldest first. */
function momentsFor(
  { unionPath, scope }: Viewer,
  rows: readonly StoredMoment[],
  show: (row: StoredMoment, scope: readonly string[]) => Moment,
): string {
  const mine = rows.filter((row) => isWithin(row.union_path, [unionPath])).toReversed();
  return mine.map((row) => eventOf('moment', show(row, scope))).join('');
}

const eventOf = (event: string, data: object) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

const send = (viewer: Viewer, event: string, data: object) => write(viewer, eventOf(event, data));

function write({ out }: Viewer, text: string): void {
  if (out.writableEnded) return;
  if (out.writableLength > backlogBytes) out.destroy();
  else out.write(text);
}
