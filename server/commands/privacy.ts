import { record } from '../kernel/audit.ts';
import { inSystemContext } from '../kernel/context.ts';
import { privacyDefaults, readPrivacySettings, type PrivacySetting } from '../kernel/pii/settings.ts';
import { UsageError, wholeNumber, type Command } from './command.ts';
import { chooseFederation, federationOption, withPlatform } from './workplace.ts';

const words: Record<PrivacySetting, string> = {
  'disclosures-per-hour': '每人每小时最多查看敏感信息的次数',
  'disclosures-alarm': '一小时内查看到这个次数就报告经审',
  'export-rows': '导出超过这个行数须第二人批准',
};

const isSetting = (name: string): name is PrivacySetting => name in privacyDefaults;

export const setPrivacyCommand: Command = {
  words: ['privacy', 'set'],
  takes: ['名称', '数值'],
  options: {
    ...federationOption,
    from: { value: '日期', zh: '从哪天起，例如 2026-12-01；不写就是今天' },
    reason: { value: '依据', zh: '依据的文件或决定，记入审计' },
  },
  zh: `设定个人信息保护的限额（${Object.keys(words).join('、')}），从某天起生效`,
  en: 'Set a limit on disclosures or exports from a day on; the defaults are ours, not the law’s',
  run: (terminal, typed) =>
    withPlatform(terminal, async (platform) => {
      const [name = '', text] = typed.positionals;
      if (!isSetting(name)) throw new UsageError(`名称应是：${Object.keys(words).join('、')}`);
      const value = wholeNumber(name, text, 1_000_000);
      const reason = typed.options.reason?.trim() ?? '';
      if (reason.length < 4) throw new UsageError('请用 --reason 写明依据，至少 4 个字');
      const federation = await chooseFederation(platform, typed);
      const told = await inSystemContext(platform, federation, '命令行', async (ctx) => {
        const from = typed.options.from ?? ctx.today;
        if (!/^\d{4}-\d{2}-\d{2}$/.test(from) || Number.isNaN(Date.parse(from)) || from < ctx.today)
          throw new UsageError('--from 要写今天或以后的日期，例如 2026-12-01');
        await ctx.db
          .insertInto('privacy_setting')
          .values({ name, from_on: from, set_at: ctx.now, value, reason })
          .execute();
        await record(ctx, {
          kind: 'privacy.limit-set',
          subject: 'privacy',
          subjectId: null,
          unionPath: 'f',
          data: { name, value, from, reason },
        });
        return `${federation.name}：${words[name]}，自 ${from} 起为 ${value}\n`;
      });
      terminal.out(told);
      return true;
    }),
};

export const listPrivacyCommand: Command = {
  words: ['privacy', 'list'],
  takes: [],
  options: federationOption,
  zh: '列出今天有效的个人信息保护限额；没有设定过的是本系统的默认值，不是法规规定',
  en: 'List the limits in force today',
  run: (terminal, typed) =>
    withPlatform(terminal, async (platform) => {
      const federation = await chooseFederation(platform, typed);
      const settings = await inSystemContext(platform, federation, '命令行', readPrivacySettings);
      for (const [name, value] of Object.entries(settings)) {
        const own = isSetting(name) && value === privacyDefaults[name] ? '（默认值）' : '';
        terminal.out(`${name}\t${value}${own}\t${isSetting(name) ? words[name] : ''}\n`);
      }
      return true;
    }),
};
