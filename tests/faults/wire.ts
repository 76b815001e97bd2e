import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** `undone`: the COMMIT never reaches the database. `done`: it does, and nobody hears of it. */
export type Moment = 'undone' | 'done';

interface Ambush {
  mark: string;
  moment: Moment;
  strike: () => void;
}

/** Of the message that binds the statement `commit`: no portal, its name; a message that prepares it goes before. */
const commit = Buffer.from('\0commit\0');
/** What it answers: CommandComplete with that tag. */
const committed = Buffer.from([0x43, 0, 0, 0, 11, ...Buffer.from('COMMIT'), 0]);

/** What everything on the wire suffers from now on; order is kept. */
export interface Weather {
  /** Each way. */
  delayMillis?: number;
  /** Each connection, each way. */
  bytesPerSecond?: number;
}

export interface Wire {
  /** Address of the same database through the wire. */
  url: string;
  setWeather(weather: Weather): void;
  /** Resets every connection now; with `refusing` also each new one, until `restore`. */
  cut(options?: { refusing: boolean }): void;
  /** Lets half of the next answer through on each connection that is open, and resets it there. */
  cutMidAnswer(): void;
  /**
   * Nothing more arrives on either side and nobody is told, as when a firewall forgets a connection: for those open now,
   * for ever; for new ones until `restore`.
   */
  fallSilent(): void;
  /** New connections work again. */
  restore(): void;
  /**
   * Lies in wait for the transaction in which `mark` is written, and at its COMMIT calls `strike`. Nothing more of that
   * connection gets through in either direction.
   */
  ambush(mark: string, moment: Moment, strike: () => void): void;
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  upstream: Socket;
  silent: boolean;
  midAnswer: boolean;
}

/** Writes to a socket, as late and as slowly as the weather wants. */
function carrier(to: Socket, weather: () => Weather): (bytes: Buffer) => void {
  let freeAt = 0;
  return (bytes) => {
    const { delayMillis = 0, bytesPerSecond = Infinity } = weather();
    const now = performance.now();
    freeAt = Math.max(freeAt, now + delayMillis) + (1000 * bytes.length) / bytesPerSecond;
    if (freeAt <= now) to.write(bytes);
    else setTimeout(() => to.writable && to.write(bytes), freeAt - now);
  };
}

/** A wire between the server and its database that can be cut at a chosen byte of the protocol. */
export async function layWire(databaseUrl: string): Promise<Wire> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const pairs = new Set<Pair>();
  let ambush: Ambush | null = null;
  let weather: Weather = {};
  let mode: 'open' | 'refusing' | 'silent' = 'open';

  const server = createServer((client) => {
    if (mode === 'refusing') {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(Number(target.port || 5432), target.hostname);
    const pair: Pair = { client, upstream, silent: mode === 'silent', midAnswer: false };
    pairs.add(pair);
    const ask = carrier(upstream, () => weather);
    const answer = carrier(client, () => weather);
    let caught: Ambush | null = null;
    let silent = false;
    // A message may be split between two reads: the end of the last one is looked at again with the next.
    let asked = Buffer.alloc(0);
    let answered = Buffer.alloc(0);
    const strike = () => {
      silent = true;
      caught?.strike();
      upstream.destroy();
      client.destroy();
    };
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      const end = () => {
        // Of a connection fallen silent the other side never hears, not even that it is over.
        if (!pair.silent) other.destroy();
      };
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        pairs.delete(pair);
        end();
      });
    }
    client.on('data', (bytes) => {
      if (silent || pair.silent) return;
      let seen = Buffer.concat([asked, bytes]);
      const at = ambush && !caught ? seen.indexOf(ambush.mark) : -1;
      if (at >= 0) {
        caught = ambush;
        ambush = null;
        // The COMMIT of the transaction before may still be in sight.
        seen = seen.subarray(at);
      }
      asked = seen.subarray(-256);
      if (caught && seen.includes(commit)) {
        if (caught.moment === 'undone') return strike();
        silent = true;
      }
      ask(bytes);
    });
    upstream.on('data', (bytes) => {
      if (pair.silent) return;
      if (pair.midAnswer) {
        client.write(bytes.subarray(0, bytes.length / 2), () => client.resetAndDestroy());
        return;
      }
      if (!caught || !silent) {
        answer(bytes);
        return;
      }
      answered = Buffer.concat([answered, bytes]);
      if (answered.includes(committed)) strike();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    setWeather: (next) => void (weather = next),
    cut({ refusing } = { refusing: false }) {
      if (refusing) mode = 'refusing';
      for (const { client, upstream } of pairs) {
        client.resetAndDestroy();
        upstream.resetAndDestroy();
      }
    },
    cutMidAnswer() {
      for (const pair of pairs) pair.midAnswer = true;
    },
    fallSilent() {
      mode = 'silent';
      for (const pair of pairs) pair.silent = true;
    },
    restore: () => void (mode = 'open'),
    ambush(mark, moment, strike) {
      ambush = { mark, moment, strike };
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
