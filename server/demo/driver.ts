import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
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

/** A picture that looks like a receipt: lines and boxes only, since a fresh machine may have no font to write with. */
export function receiptPicture(seed: number): Promise<Buffer> {
  const tint = 240 + (seed % 12);
  const lines = Array.from({ length: 14 }, (_, row) => {
    const width = 180 + ((seed * 37 + row * 53) % 320);
    return `<rect x="60" y="${190 + row * 46}" width="${width}" height="12" fill="#8a8378"/><rect x="600" y="${190 + row * 46}" width="${60 + ((seed + row * 7) % 60)}" height="12" fill="#6d665c"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="760" height="1000"><rect width="760" height="1000" fill="rgb(${tint},${tint - 4},${tint - 12})"/><rect x="40" y="40" width="680" height="920" fill="none" stroke="#b0463c" stroke-width="4"/><rect x="230" y="80" width="300" height="28" fill="#b0463c"/><rect x="300" y="124" width="160" height="12" fill="#b0463c"/>${lines.join('')}<circle cx="590" cy="860" r="70" fill="none" stroke="#c8161d" stroke-width="6" opacity="0.7"/></svg>`;
  return sharp(Buffer.from(svg)).jpeg({ quality: 80 }).toBuffer();
}
