import { randomBytes } from 'node:crypto';
import { ApiError, createClient, type ApiRequest, type Client } from '@smart-union/api-client';
import type { Server } from '../compose.ts';
import { hashOf } from '../kernel/auth.ts';
import { inSystemContext, type Federation } from '../kernel/context.ts';

export type Holder = { memberId: string } | { accountId: string };

/** The typed client in this process, as a signed-in person: the demo's past is made by the very routes it shows. */
export function driverOf(server: Server, federation: Federation) {
  const tokens = new Map<string, Promise<string>>();
  const tokenOf = (holder: Holder) => {
    const key = JSON.stringify(holder);
    const known = tokens.get(key) ?? openSession(server, federation, holder);
    tokens.set(key, known);
    return known;
  };
  const as = (holder: Holder): Client =>
    createClient(async ({ method, path, body, raw, idempotencyKey }: ApiRequest) => {
      const payload =
        raw === undefined ? (body === undefined ? undefined : JSON.stringify(body)) : (raw as Buffer);
      const reply = await server.app.inject({
        method,
        url: path,
        ...(payload === undefined ? {} : { payload }),
        headers: {
          authorization: `Bearer ${await tokenOf(holder)}`,
          'x-federation': federation.code,
          ...(payload === undefined
            ? {}
            : { 'content-type': raw === undefined ? 'application/json' : 'application/octet-stream' }),
          ...(method === 'GET'
            ? {}
            : { 'idempotency-key': idempotencyKey ?? randomBytes(12).toString('hex') }),
        },
      });
      const json = String(reply.headers['content-type'] ?? '').includes('json');
      if (reply.statusCode >= 400) throw ApiError.fromBody(reply.statusCode, json ? reply.json() : null);
      return json ? reply.json() : reply.rawPayload;
    });
  const upload = async (holder: Holder, name: string, bytes: Buffer) => {
    const begun = await as(holder).files.begin({ body: { name, size: bytes.length } });
    await as(holder).files.append({ params: { id: begun.id }, query: { offset: 0 } }, { raw: bytes });
    return begun.id;
  };
  return { as, upload };
}

export type Driver = ReturnType<typeof driverOf>;

function openSession(server: Server, federation: Federation, holder: Holder): Promise<string> {
  return inSystemContext(server.platform, federation, '演示数据', async (ctx) => {
    const token = randomBytes(32).toString('base64url');
    const far = new Date(Date.now() + 3_600_000);
    await ctx.db
      .insertInto('session')
      .values({
        token_hash: hashOf(token),
        kind: 'memberId' in holder ? 'member' : 'cadre',
        member_id: 'memberId' in holder ? holder.memberId : null,
        account_id: 'accountId' in holder ? holder.accountId : null,
        csrf_token: 'demo',
        created_at: new Date(),
        // The clock of the demo's past runs behind; the session must not be moved on while it does.
        seen_at: far,
        expires_at: far,
      })
      .execute();
    return token;
  });
}

/** Ends every session the driver opened. */
export const endSessions = (server: Server, federation: Federation) =>
  inSystemContext(server.platform, federation, '演示数据', (ctx) =>
    ctx.db.deleteFrom('session').where('csrf_token', '=', 'demo').execute(),
  );

type Colour = readonly [number, number, number];

/** A picture that looks like a receipt: bars and a frame drawn as pixels, since a fresh machine may have no font. */
export async function receiptPicture(seed: number): Promise<Buffer> {
  const [width, height] = [380, 500];
  const pixels = Buffer.alloc(width * height * 3);
  const bar = (left: number, top: number, wide: number, high: number, colour: Colour) => {
    for (let y = top; y < top + high; y += 1) {
      for (let x = left; x < left + wide; x += 1) pixels.set(colour, (y * width + x) * 3);
    }
  };
  const paper = 240 + (seed % 12);
  bar(0, 0, width, height, [paper, paper - 4, paper - 12]);
  bar(20, 20, 340, 2, [176, 70, 60]);
  bar(20, 478, 340, 2, [176, 70, 60]);
  bar(115, 40, 150, 14, [176, 70, 60]);
  bar(150, 62, 80, 6, [176, 70, 60]);
  for (let row = 0; row < 14; row += 1) {
    bar(30, 95 + row * 23, 90 + ((seed * 37 + row * 53) % 160), 6, [138, 131, 120]);
    bar(300, 95 + row * 23, 30 + ((seed + row * 7) % 30), 6, [109, 102, 92]);
  }
  // Here and not above: a server without a demo is spared its 20 MB.
  const { default: sharp } = await import('sharp');
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 80 })
    .toBuffer();
}
