import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * How the gateway behaves. `late` delivers at once and answers when nobody listens any more; `twice` answers every message
 * two times.
 */
export type Manner = 'well' | 'silent' | 'failing' | 'late' | 'twice';

/** A text message that reached a phone. */
export interface Text {
  /** The outbox row's id. */
  key: string;
  to: string;
}

/** Somebody else's gateway for text messages, on loopback: what it has once delivered under a key it does not deliver again. */
export interface Gateway {
  url: string;
  manner: Manner;
  /** What phones have received, as often as they did. */
  readonly texts: Text[];
  /** Messages not treated well so far. */
  readonly troubled: number;
  close(): void;
}

/** The product waits eight seconds. */
const lateMillis = 9000;

export async function openGateway(): Promise<Gateway> {
  const texts: Text[] = [];
  let troubled = 0;
  const deliver = (text: Text) => {
    if (!texts.some(({ key }) => key === text.key)) texts.push(text);
  };
  const answer = async (text: Text, request: IncomingMessage, response: ServerResponse) => {
    const { manner } = gateway;
    if (manner !== 'well') troubled += 1;
    if (manner === 'silent') return;
    if (manner === 'failing') {
      if (troubled % 3 === 0) request.socket.destroy();
      else response.writeHead(troubled % 3 === 1 ? 500 : 503).end();
      return;
    }
    deliver(text);
    if (manner === 'late') await pause(lateMillis, null, { ref: false });
    response.writeHead(200, { 'content-length': 2 }).end('{}');
    if (manner === 'twice') request.socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { to } = JSON.parse(Buffer.concat(chunks).toString()) as { to: string };
      void answer({ key: String(request.headers['idempotency-key']), to }, request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gateway: Gateway = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`,
    manner: 'well',
    texts,
    get troubled() {
      return troubled;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return gateway;
}
