import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import serveStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import { contentPolicy, styleHash, withNonce } from './content-policy.ts';
import { DomainError } from './errors.ts';
import type { HttpHost } from './http.ts';
import { openApiDocument } from './openapi.ts';

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);

/** The mark in the browser's tab, for pages that name none of their own. */
const mark = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#C8161D"/><path d="M8 9h16M16 9v14M7 23h18" stroke="#fff" stroke-width="3"/></svg>`;

const apiStyle = `body{font:15px/1.6 system-ui,'Noto Sans SC',sans-serif;margin:24px;color:#1f1b16}td,th{padding:6px 12px;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}td:nth-child(2){font-family:monospace}.scroll{overflow-x:auto}`;

interface Operation {
  operationId: string;
  summary: string;
  'x-guard': string;
}

/** A page of every route, its guard and its sentence, readable without any script. */
function apiPage(document: ReturnType<typeof openApiDocument>): string {
  const rows = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const { operationId, summary, 'x-guard': guard } = operation as Operation;
      const cells = [method.toUpperCase(), path, guard, summary].map(escapeHtml);
      return `<tr id="${operationId}"><td>${cells.join('</td><td>')}</td></tr>`;
    }),
  );
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>智慧工会 接口</title>
<style>${apiStyle}</style></head>
<body><main><h1>智慧工会 接口 API</h1><p>机器可读：<a href="/api/openapi.json">/api/openapi.json</a>（OpenAPI 3.1）。登录后用 Cookie 或 Bearer 令牌；改动须带 <code>x-csrf-token</code>；动钱动名额的须带 <code>Idempotency-Key</code>。</p>
<div class="scroll" tabindex="0" role="region" aria-label="接口表"><table><thead><tr><th>方法</th><th>路径</th><th>谁可以用</th><th>说明</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></main></body></html>`;
}

/** The entry page of a front end. Never kept by the browser: a page kept would hold a nonce that the next header lacks. */
async function sendEntry(reply: FastifyReply, folder: string) {
  const { html, policy } = withNonce(await readFile(join(folder, 'index.html'), 'utf8'));
  return reply
    .type('text/html; charset=utf-8')
    .headers({ 'cache-control': 'no-store', 'content-security-policy': policy })
    .send(html);
}

/** API description, and the three built front ends below `root`. */
export async function mountPages(host: HttpHost, root: string): Promise<void> {
  const { app } = host;
  app.get('/favicon.ico', async (_request, reply) => reply.type('image/svg+xml').send(mark));
  // Made when somebody asks: few do, and every start would wait for it.
  let made: ReturnType<typeof openApiDocument> | undefined;
  const document = () => (made ??= openApiDocument());
  app.get('/api/openapi.json', async () => document());
  app.get('/api/docs', async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', contentPolicy(styleHash(apiStyle)))
      .send(apiPage(document())),
  );
  const fronts = [
    { prefix: '/admin/', folder: join(root, 'admin/dist/admin') },
    { prefix: '/wall/', folder: join(root, 'admin/dist/wall') },
    { prefix: '/', folder: join(root, 'member/dist/h5') },
  ].filter(({ folder }) => existsSync(folder));
  for (const { prefix, folder } of fronts) {
    for (const address of [prefix, `${prefix}index.html`])
      app.get(address, (_request, reply) => sendEntry(reply, folder));
    await app.register(serveStatic, {
      root: folder,
      prefix,
      decorateReply: false,
      wildcard: true,
      index: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        // Names of built files carry their content's hash.
        reply.header(
          'cache-control',
          /[.-][\w-]{8}\.\w{1,10}$/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
        );
      },
    });
  }
  app.get('/admin', async (_request, reply) => reply.redirect('/admin/'));
  app.get('/wall', async (_request, reply) => reply.redirect('/wall/'));
  app.setNotFoundHandler((request, reply) => {
    const front = fronts.find(({ prefix }) => request.url.startsWith(prefix));
    const page = request.method === 'GET' && String(request.headers.accept ?? '').includes('text/html');
    // A page address inside a front end (deep link, reload) is answered with its entry page.
    if (front && page && !request.url.startsWith('/api/')) {
      return sendEntry(reply, front.folder);
    }
    throw new DomainError('route-unknown');
  });
}
