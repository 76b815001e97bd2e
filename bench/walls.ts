import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { measure, requestOf, type Work } from './load.ts';
import type { ServerName } from './tasks/task.ts';

/** How a moment spread over the walls. Milliseconds from the claim's acknowledgement. */
export interface Spread {
  first: number;
  median: number;
  last: number;
}

export interface WallsResult {
  server: ServerName;
  walls: number;
  /** Until all streams were open, ms. */
  openedMillis: number;
  /** Resident memory of the server before, and with all walls open after the moments. */
  memoryBefore: number;
  memoryAfter: number;
  /** Processor time of server and database for one moment to all walls, ms. */
  costMillis: number;
  /** By the time its last wall got it: the middle one of the moments. */
  spread: Spread;
  /** The slowest. */
  worst: Spread;
}

const inRow = 100;

/** Opens streams, a hundred at a time; `heard` is told of every event named `moment`. */
async function openStreams(
  port: number,
  request: Buffer,
  count: number,
  heard: (wall: number) => void,
): Promise<Socket[]> {
  const sockets: Socket[] = [];
  const open = (wall: number) =>
    new Promise<void>((done, fail) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(request));
      sockets.push(socket);
      socket.once('error', fail);
      let begun = false;
      // An event is smaller than a packet; a name torn in two would be missed and the moment time out.
      socket.on('data', (chunk: Buffer) => {
        const text = chunk.toString('latin1');
        const first = !begun;
        begun = true;
        if (first && text.startsWith('HTTP/1.1 200')) done();
        else if (first) fail(new Error(text.slice(0, 300)));
        if (text.includes('event: moment')) heard(wall);
      });
    });
  for (let from = 0; from < count; from += inRow)
    await Promise.all(
      Array.from({ length: Math.min(inRow, count - from) }, (_, index) => open(from + index)),
    );
  return sockets;
}

export interface Hall {
  server: ServerName;
  port: number;
  walls: number;
  moments: number;
  /** The request that opens a stream. */
  stream: Buffer;
  /** Claims to be submitted, one for each moment. */
  claims: readonly Work[];
  memory(): number;
  cost(): Promise<number>;
}

/** Opens so many walls and measures how long each moment takes to reach the last of them. */
export async function measureWalls(hall: Hall): Promise<WallsResult> {
  const memoryBefore = hall.memory();
  const begun = performance.now();
  let times = new Map<number, number>();
  let all = () => {};
  const sockets = await openStreams(hall.port, hall.stream, hall.walls, (wall) => {
    if (!times.has(wall)) times.set(wall, performance.now());
    if (times.size === hall.walls) all();
  });
  const openedMillis = performance.now() - begun;
  const spreads: Spread[] = [];
  const costBefore = await hall.cost();
  for (const claim of hall.claims.slice(0, hall.moments)) {
    // Past the last fold and look, so that each moment comes alone.
    await new Promise((done) => setTimeout(done, 2500));
    times = new Map();
    const reached = new Promise<void>((done, fail) => {
      all = done;
      setTimeout(
        () => fail(new Error(`only ${times.size} walls got the moment within 20 s`)),
        20_000,
      ).unref();
    });
    reached.catch(() => {});
    const one: Work[] = [claim];
    await measure(hall.port, 1, 60_000, () => one.pop());
    const sentAt = performance.now();
    await reached;
    const sorted = [...times.values()].map((at) => at - sentAt).sort((a, b) => a - b);
    spreads.push({ first: sorted[0]!, median: sorted[sorted.length >> 1]!, last: sorted.at(-1)! });
  }
  const costMillis = ((await hall.cost()) - costBefore) / spreads.length;
  const memoryAfter = hall.memory();
  for (const socket of sockets) socket.destroy();
  const sorted = spreads.toSorted((a, b) => a.last - b.last);
  return {
    server: hall.server,
    walls: hall.walls,
    openedMillis,
    memoryBefore,
    memoryAfter,
    costMillis,
    spread: sorted[sorted.length >> 1]!,
    worst: sorted.at(-1)!,
  };
}

export const streamOf = (server: ServerName, token: string) =>
  requestOf('GET', server === 'product' ? '/api/v1/dashboards/stream' : '/stream', token);
