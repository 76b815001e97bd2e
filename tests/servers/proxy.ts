import { Agent, createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call whose server went away after it had been handed over. */
export interface Lost {
  port: number;
  /** When it was handed over, on the clock of performance.now(). */
  at: number;
  what: string;
}

export interface Proxy {
  origin: string;
  /** Calls answered by each server, by its port. */
  answered: Map<number, number>;
  lost: Lost[];
  close(): Promise<void>;
}

/**
 * What any balancer does, and no more: calls in turn to each server, the next one when a server takes no connection. A call
 * that was handed over is never sent again – whether it took effect, only its sender may ask.
 */
export async function layProxy(ports: readonly number[]): Promise<Proxy> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const answered = new Map(ports.map((port) => [port, 0]));
  const lost: Lost[] = [];
  let turn = 0;

  const hand = (
    incoming: IncomingMessage,
    body: Buffer,
    outgoing: ServerResponse,
    first: number,
    tried = 0,
  ): void => {
    const port = ports[(first + tried) % ports.length]!;
    const { method, url, headers } = incoming;
    const at = performance.now();
    const call = send({ host: '127.0.0.1', port, method, path: url, headers, agent });
    call.on('response', (reply) => {
      answered.set(port, answered.get(port)! + 1);
      outgoing.writeHead(reply.statusCode!, reply.headers);
      reply.pipe(outgoing);
      // Cut off in the middle of its answer.
      reply.on('error', () => outgoing.destroy());
    });
    call.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && tried + 1 < ports.length)
        return hand(incoming, body, outgoing, first, tried + 1);
      if (!outgoing.destroyed)
        lost.push({ port, at, what: `${method} ${url} ${error.code ?? error.message}` });
      outgoing.destroy();
    });
    outgoing.on('close', () => call.destroy());
    call.end(body);
  };

  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => hand(incoming, Buffer.concat(parts), outgoing, turn++));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered,
    lost,
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
