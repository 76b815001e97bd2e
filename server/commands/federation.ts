import { createFederation } from '../federations.ts';
import { listFederations } from '../kernel/app.ts';
import { Refusal, type Command } from './command.ts';
import { migrationsOf, withPlatform } from './workplace.ts';

export const createFederationCommand: Command = {
  words: ['federation', 'create'],
  takes: ['代码', '名称'],
  options: {},
  zh: '新建一个总工会（代码用小写字母开头，只含小写字母、数字和横线）',
  en: 'Create a federation: its schema, holidays and published benefits',
  run: (terminal, { positionals: [code = '', name = ''] }) =>
    withPlatform(terminal, async (platform) => {
      if (!/^[a-z][a-z0-9-]{1,40}$/.test(code))
        throw new Refusal('代码用小写字母开头，只含小写字母、数字和横线，2 到 41 个字符，例如 hailing');
      if (name.trim().length < 2) throw new Refusal('请写总工会的全称，例如 泰州市海陵区总工会');
      if ((await listFederations(platform)).some((one) => one.code === code))
        throw new Refusal(`已有代码为 ${code} 的总工会，没有重复建立`);
      await createFederation(platform, migrationsOf(terminal), { code, name: name.trim() });
      terminal.out(
        `已建立 ${name.trim()}（${code}）。下一步导入工会名录：npm run cli -- import unions 文件.xlsx\n`,
      );
      return true;
    }),
};

export const listFederationsCommand: Command = {
  words: ['federation', 'list'],
  takes: [],
  options: {},
  zh: '列出所有总工会',
  en: 'List the federations',
  run: (terminal) =>
    withPlatform(terminal, async (platform) => {
      const all = await listFederations(platform);
      for (const { code, name, schema } of all) terminal.out(`${code}\t${name}\t${schema}\n`);
      if (all.length === 0)
        terminal.out('还没有总工会。先建一个：npm run cli -- federation create 代码 名称\n');
      return true;
    }),
};
