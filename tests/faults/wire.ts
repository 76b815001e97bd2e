import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** `undone`: the COMMIT never reaches the database. `done`: it does, and nobody hears of it. */
export type Moment = 'undone' | 'done';

interface Ambush {
  mark: string;
  moment: Moment;
  strike: () => void;
}

/** PostgreSQL's simple query message that says `commit` and nothing else: type, length, text, zero. */
const commit = Buffer.from([0x51, 0, 0, 0, 11, ...Buffer.from('commit'), 0]);
/** What it answers: CommandComplete with that tag. */
const committed = Buffer.from([0x43, 0, 0, 0, 11, ...Buffer.from('COMMIT'), 0]);

export interface Wire {
  /** Address of the same database through the wire. */
  url: string;
  /**
   * Lies in wait for the transaction in which `mark` is written, and at its COMMIT calls `strike`. Nothing more of that
   * connection gets through in either direction.
   */
  ambush(mark: string, moment: Moment, strike: () => void): void;
  close(): Promise<void>;
}

/** A wire between the server and its database that can be cut at a chosen byte of the protocol. */
export async function layWire(databaseUrl: string): Promise<Wire> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let ambush: Ambush | null = null;

  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
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
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes) => {
      if (silent) return;
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
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (!caught || !silent) {
        client.write(bytes);
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
    ambush(mark, moment, strike) {
      ambush = { mark, moment, strike };
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
