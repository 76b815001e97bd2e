import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { record } from '../kernel/audit.ts';
import { inSystemContext, type Federation } from '../kernel/context.ts';
import { listFederations } from '../kernel/app.ts';
import { xlsxBytes, type OutCell } from '../kernel/sheets/write-xlsx.ts';
import { Refusal, UsageError, type Command } from './command.ts';
import { readIncident, type Incident, type Window } from './incident/read-incident.ts';
import { chooseFederation, federationOption, withPlatform } from './workplace.ts';

const shown = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** A moment as typed, in Beijing time. */
function instantOf(name: string, text: string | undefined): Date {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}))?$/.exec(text ?? '');
  const at = match ? new Date(`${match[1]}T${match[2] ?? '00:00'}:00+08:00`) : new Date(NaN);
  if (Number.isNaN(at.getTime()))
    throw new UsageError(`--${name} 要写北京时间，例如 2026-11-20 或 2026-11-20T14:30`);
  return at;
}

const sheet = (name: string, titles: readonly string[], rows: readonly (readonly OutCell[])[]) => ({
  name,
  columns: titles.map((title) => ({ title, width: 20 })),
  rows,
});
const countTitles = ['次数', '涉及人数', '其中被查看敏感信息', '其中在导出名单里'];
const cells = ({ times, persons, opened, exported }: Incident['total']) => [times, persons, opened, exported];

const workbook = (found: Incident) =>
  xlsxBytes([
    sheet('汇总', countTitles, [cells(found.total)]),
    sheet(
      '按账号',
      ['账号', '姓名', '单位', ...countTitles],
      found.accounts.map((row) => [row.username ?? '系统', row.who, row.office, ...cells(row)]),
    ),
    sheet(
      '按工会',
      ['工会', ...countTitles],
      found.unions.map((row) => [row.name, ...cells(row)]),
    ),
    sheet(
      '涉及人员',
      ['会员号', '姓名', '工会', '手机（脱敏）', '信息种类', '最早', '最晚', '经手人'],
      found.persons.map((row) => [row.number, row.name, row.union_name, row.phone, row.kinds, shown.format(row.first), shown.format(row.last), row.by]), // prettier-ignore
    ),
    sheet(
      '查看明细',
      ['时间', '姓名', '单位', '会员号', '信息种类', '用途'],
      found.looks.map((row) => [
        shown.format(row.at),
        row.who,
        row.office,
        row.number,
        row.kinds,
        row.reason,
      ]),
    ),
    sheet(
      '导出明细',
      ['时间', '导出编号', '姓名', '单位', '行数', '用途'],
      found.files.map((row) => [shown.format(row.at), row.number, row.who, row.office, Number(row.rows), row.reason]), // prettier-ignore
    ),
  ]);

/** 《网络安全事件报告管理办法》 counts a leak of more than a million people's data as 较大; others are reported all the same. */
const largeIncident = 1_000_000;

const draft = (federation: Federation, { from, to }: Window, account: string | undefined, found: Incident) =>
  [
    `${federation.name}个人信息安全事件报告（草稿，须由负责人核实后使用）`,
    '',
    `一、时间范围：${shown.format(from)} 至 ${shown.format(to)}（北京时间）${account ? `，账号 ${account}` : ''}`,
    `二、涉及人数：${found.total.persons} 人，分布在 ${found.unions.length} 个工会；涉及账号 ${found.accounts.length} 个。`,
    `三、信息种类：${[...new Set(found.persons.flatMap(({ kinds }) => kinds.split(/[；、]/)))].join('、') || '无'}`,
    `四、经过：查看敏感信息 ${found.looks.length} 次，导出名单 ${found.files.length} 份（明细见附表）。`,
    '五、原因：〔请填写：事件起因、发现经过、责任单位〕',
    '六、可能造成的危害：〔请填写〕',
    '七、已采取和将采取的措施：〔请填写，例如已停用账号、已更换密钥、已通知本人〕',
    '八、会员可以采取的措施：留意冒用本人名义的电话和短信；需要时联系银行更换卡片；在「谁看过我的信息」核对记录。',
    '九、联系人和电话：〔请填写〕',
    '',
    found.total.persons > largeIncident
      ? `涉及超过 ${largeIncident.toLocaleString('en')} 人，属于较大以上事件：请在发现后 4 小时内报告省级网信部门（关键信息基础设施更短）。`
      : '请按《个人信息保护法》第五十七条通知履行职责的部门和本人；是否达到四小时报告标准，请法务核对现行规定。',
    '数字取自本系统的查看记录和导出记录；绕过本系统直接读取数据库或备份的，不在其中。',
    '',
  ].join('\n');

export const incidentReportCommand: Command = {
  words: ['incident', 'report'],
  takes: [],
  options: {
    ...federationOption,
    from: { value: '时间', zh: '从何时起（北京时间，如 2026-11-20 或 2026-11-20T14:30）' },
    to: { value: '时间', zh: '到何时止（不含）' },
    account: { value: '用户名', zh: '只看这一个账号' },
    out: { value: '文件夹', zh: '写到哪里；不写就是当前文件夹' },
  },
  zh: '个人信息事件应急：某段时间谁查看、导出了哪些人的信息，出表格和报告草稿（含个人信息，妥善保管）',
  en: 'Breach kit: who opened or exported whose data in a window, as a workbook and a draft report',
  run: (terminal, typed) =>
    withPlatform(terminal, async (platform) => {
      const { account, out, federation: named } = typed.options;
      const [from, to] = [instantOf('from', typed.options.from), instantOf('to', typed.options.to)];
      if (from >= to) throw new UsageError('--to 要晚于 --from');
      const all = named ? [await chooseFederation(platform, typed)] : await listFederations(platform);
      const folder = resolve(out ?? '.');
      await mkdir(folder, { recursive: true, mode: 0o700 });
      let known = account === undefined;
      for (const federation of all) {
        const written = await inSystemContext(platform, federation, '命令行', async (ctx) => {
          const row = account
            ? await ctx.db
                .selectFrom('account')
                .select('id')
                .where('username', '=', account)
                .executeTakeFirst()
            : null;
          if (row === undefined) return null;
          known = true;
          const window = { from, to, accountId: row?.id ?? null };
          const found = await readIncident(ctx, window);
          await record(ctx, {
            kind: 'incident.reported',
            subject: 'incident',
            subjectId: null,
            unionPath: 'f',
            data: {
              from: from.toISOString(),
              to: to.toISOString(),
              account: account ?? null,
              ...found.total,
            },
          });
          return { window, found };
        });
        if (!written) continue;
        const { window, found } = written;
        const stamp = `${federation.code}-${shown.format(new Date()).replace(/\D/g, '')}`;
        const files = [`事件-${stamp}.xlsx`, `事件-${stamp}.txt`].map((name) => join(folder, name));
        await writeFile(files[0]!, await workbook(found), { mode: 0o600, flag: 'wx' });
        await writeFile(files[1]!, draft(federation, window, account, found), { mode: 0o600, flag: 'wx' });
        terminal.out(
          `${federation.name}：涉及 ${found.total.persons} 人、账号 ${found.accounts.length} 个、工会 ${found.unions.length} 个\n  ${files.join('\n  ')}\n`,
        );
      }
      if (!known) throw new Refusal(`没有用户名为 ${account} 的账号`);
      return true;
    }),
};
