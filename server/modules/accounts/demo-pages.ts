import type { FastifyReply, FastifyRequest } from 'fastify';
import { inSystemContext, type Ctx } from '../../kernel/context.ts';
import { contentPolicy, styleHash } from '../../kernel/content-policy.ts';
import type { HttpHost } from '../../kernel/http.ts';
import { roles } from './roles.ts';
import { currentCode, openSecret } from './totp.ts';

/** Known to all, on purpose: only demo accounts have it, and only a demo federation has demo accounts. */
export const demoPassword = 'shiyong-2026';

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);

const style = `body{font:16px/1.6 system-ui,'Noto Sans SC',sans-serif;margin:24px auto;max-width:960px;padding:0 16px;color:#1f1b16;background:#faf7f4}
h1{font-size:22px}table{border-collapse:collapse;width:100%;background:#fff}th,td{text-align:left;padding:8px 12px;border-bottom:1px solid #e5e0da}
code{font-size:20px;letter-spacing:2px;font-variant-numeric:tabular-nums}p{color:#5c5348}.scroll{overflow-x:auto}`;

const page = (title: string, refresh: number, body: string) => `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${refresh}"><title>${title}</title>
<style>${style}</style></head>
<body><main><h1>${title}</h1>${body}</main></body></html>`;

async function accountsPage(ctx: Ctx): Promise<string> {
  const rows = await ctx.db
    .selectFrom('account')
    .innerJoin('grant', 'grant.account_id', 'account.id')
    .innerJoin('union', 'union.id', 'grant.union_id')
    .select([
      'account.id',
      'account.username',
      'account.name',
      'account.totp_sealed',
      'account.totp_last_step',
      'grant.role',
      'union.name as union_name',
    ])
    .where('account.demo', '=', true)
    .where('grant.revoked_at', 'is', null)
    .orderBy('grant.granted_at')
    .execute();
  const lines = rows.map((row) => {
    const secret = openSecret(ctx, row);
    const code = secret ? `<code>${currentCode(secret, ctx.now)}</code>` : '不需要';
    const cells = [row.username, row.name, roles[row.role]?.title ?? row.role, row.union_name].map(
      escapeHtml,
    );
    return `<tr><td>${cells.join('</td><td>')}</td><td>${code}</td></tr>`;
  });
  return page(
    '演示账号',
    10,
    `<p>密码都是 <b>${demoPassword}</b>。动态口令每 30 秒更换，用过一次即失效，本页每 10 秒刷新。仅演示模式可见。</p>
<div class="scroll" tabindex="0" role="region" aria-label="演示账号"><table><thead><tr><th>用户名</th><th>姓名</th><th>岗位</th><th>所在工会</th><th>动态口令</th></tr></thead><tbody>${lines.join('')}</tbody></table></div>`,
  );
}

async function outboxPage(ctx: Ctx): Promise<string> {
  const rows = await ctx.db
    .selectFrom('outbox')
    .selectAll()
    .orderBy('created_at', 'desc')
    .limit(50)
    .execute();
  const lines = rows.map((row) => {
    const text = ctx.pii.unseal({ table: 'outbox', column: 'text_sealed', row: row.id }, row.text_sealed);
    const at = row.created_at.toLocaleTimeString('zh-CN', { timeZone: 'Asia/Shanghai' });
    return `<tr><td>${at}</td><td>${escapeHtml(row.to_masked)}</td><td>${escapeHtml(text)}</td></tr>`;
  });
  const empty =
    '<tr><td colspan="3">还没有短信。在会员端输入手机号、点「获取验证码」，短信就会出现在这里。</td></tr>';
  return page(
    '短信发件箱（演示）',
    5,
    `<p>没有接短信网关时，短信都在这里。本页每 5 秒刷新，仅演示模式可见。</p>
<div class="scroll" tabindex="0" role="region" aria-label="短信"><table><thead><tr><th>时间</th><th>手机</th><th>内容</th></tr></thead><tbody>${lines.join('') || empty}</tbody></table></div>`,
  );
}

/** `/dev/accounts` and `/dev/outbox`, mounted in demo mode only: elsewhere they do not exist. */
export function mountDemoPages(host: HttpHost): void {
  if (!host.platform.config.demo) return;
  const serve =
    (make: (ctx: Ctx) => Promise<string>) => async (request: FastifyRequest, reply: FastifyReply) => {
      const federation = await host.federationOf(request);
      const html = await inSystemContext(host.platform, federation, '演示页面', make);
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', contentPolicy(styleHash(style)))
        .send(html);
    };
  host.app.get('/dev/accounts', serve(accountsPage));
  host.app.get('/dev/outbox', serve(outboxPage));
}
