import { listFederations } from '../kernel/app.ts';
import type { Platform } from '../kernel/context.ts';
import { demoPassword, roles } from '../modules/accounts/index.ts';
import { demoCadres, demoMembers } from './people.ts';

/** Columns a text takes on a terminal: a Chinese character takes two. */
const width = (text: string) =>
  [...text].reduce((sum, sign) => sum + (sign.codePointAt(0)! > 0x2e7f ? 2 : 1), 0);
const pad = (text: string, to: number) => text + ' '.repeat(Math.max(1, to - width(text)));

function demoTable(base: string): string {
  const members = demoMembers.map(
    (one) =>
      `    ${pad(one.name, 10)}${pad(one.phone, 14)}${one.key === 'wang' ? '今年已领 2 次，看得到为什么不能再领' : one.key === 'chen' ? '可以申请' : one.key === 'sun' ? '有一件在等单位工会初审' : '也是单位工会主席'}`,
  );
  const cadres = demoCadres.map(
    (one) => `    ${pad(one.username, 10)}${pad(one.name, 10)}${roles[one.role]!.title}`,
  );
  return `
  会员（手机号登录，验证码看 ${base}/dev/outbox）
${members.join('\n')}

  干部（密码都是 ${demoPassword}，动态口令看 ${base}/dev/accounts）
${cadres.join('\n')}
`;
}

/** The one block at the end of the start: where to open what, and as whom. */
export async function welcome(platform: Platform, port: number): Promise<string> {
  const base = `http://localhost:${port}`;
  const federations = await listFederations(platform);
  const none =
    federations.length === 0 ? '\n  还没有总工会：npm run cli -- federation create 代码 名称\n' : '';
  return `
────────────────────────────────────────────────────────────
  智慧工会已启动 · Smart Union is ready

    会员端   ${base}/
    干部端   ${base}/admin/
    总览大屏 ${base}/wall/
    接口文档 ${base}/api/docs
${none}${platform.config.demo ? demoTable(base) : ''}
  按 Ctrl-C 停止
────────────────────────────────────────────────────────────
`;
}
