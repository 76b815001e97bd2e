import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { inject } from 'vitest';
import { createClient, type Client } from '@smart-union/api-client';
import { databaseUrl } from '../database/template.ts';
import { mortal, overHttp, type Mortal } from '../faults/killed.ts';
import { buildServer, freshName, piiKeys, removeFolder, setStage, temporaryFolder, type Person, type Stage } from '../faults/stage.ts'; // prettier-ignore
import { layProxy, type Proxy } from './proxy.ts';

/** Real server processes on one database and one data folder, behind a balancer that gives each its turn. */
export interface Fleet {
  stage: Stage;
  servers: Mortal[];
  proxy: Proxy;
  /** The Idempotency-Key of every message the SMS gateway was handed. */
  messages: string[];
  url: string;
  /** Through the balancer. */
  as(person: Person | null): Client;
  /** Straight to one server. */
  at(server: Mortal, person: Person | null): Client;
  close(): Promise<void>;
}

/** An SMS gateway that takes every message and notes it. */
async function openGateway(messages: string[]): Promise<{ server: Server; url: string }> {
  const server = createServer((request, reply) => {
    messages.push(String(request.headers['idempotency-key']));
    request.resume().on('end', () => reply.end('{}'));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

export async function startFleet(count: number, settings: Record<string, string> = {}): Promise<Fleet> {
  buildServer();
  const undo: (() => unknown)[] = [];
  const close = async () => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    const folder = await temporaryFolder();
    undo.push(() => removeFolder(folder));
    const name = freshName();
    const { adminUrl } = inject('template');
    const admin = new pg.Client({ connectionString: adminUrl });
    await admin.connect();
    undo.push(() => admin.end());
    await admin.query(
      `create database ${name} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
    );
    undo.push(() => admin.query(`drop database if exists ${name} with (force)`));
    const url = databaseUrl(adminUrl, name);
    const stage = await setStage(url, folder);
    undo.push(() => stage.close());
    const messages: string[] = [];
    const gateway = await openGateway(messages);
    undo.push(() => gateway.server.close());
    const servers = await Promise.all(
      Array.from({ length: count }, () =>
        mortal({
          DATABASE_URL: url,
          DATA_DIR: folder,
          PII_KEYS: piiKeys,
          POOL_SIZE: '6',
          SMS_GATEWAY_URL: gateway.url,
          ...settings,
        }),
      ),
    );
    undo.push(() => Promise.all(servers.map((server) => server.kill())));
    // All at once: two that start together must not get into one another's way.
    await Promise.all(servers.map((server) => server.start()));
    const proxy = await layProxy(servers.map(({ port }) => port));
    undo.push(() => proxy.close());
    return {
      stage,
      servers,
      proxy,
      messages,
      url,
      as: (person) => createClient(overHttp(proxy.origin, person && stage.tokens[person])),
      at: (server, person) => server.as(person && stage.tokens[person]),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
