import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { inSystemContext } from '../kernel/context.ts';
import { makeReturnFile } from '../modules/disbursements/index.ts';
import { Refusal, UsageError, wholeNumber, type Command } from './command.ts';
import { chooseFederation, federationOption, withPlatform } from './workplace.ts';

export const bankReturnCommand: Command = {
  words: ['demo', 'bank-return'],
  takes: ['批次号'],
  options: {
    ...federationOption,
    reject: { value: 'N', zh: '最后 N 笔按失败回盘' },
    format: { value: 'csv|fixed', zh: '文件格式，默认 csv' },
    out: { value: '文件', zh: '写到哪里，默认当前文件夹' },
  },
  zh: '演示用：扮演银行，为已送出的批次做一份回盘文件，再到干部端导入',
  en: 'Demonstration only: play the bank and make the return file of a batch that was sent',
  run: (terminal, typed) =>
    withPlatform(terminal, async (platform) => {
      if (!platform.config.demo)
        throw new Refusal('这是演示命令，正式环境（DEMO=0）不能使用；请导入银行给的回盘文件');
      const { reject: typedReject, format = 'csv', out } = typed.options;
      const reject = typedReject === undefined ? 0 : wholeNumber('reject', typedReject, 100_000);
      if (format !== 'csv' && format !== 'fixed') throw new UsageError('--format 只能写 csv 或 fixed');
      const federation = await chooseFederation(platform, typed);
      const batch = typed.positionals[0]!;
      const made = await inSystemContext(platform, federation, '命令行', (ctx) =>
        makeReturnFile(ctx, batch, { reject, format }),
      );
      const path = resolve(out ?? made.fileName);
      await writeFile(path, made.content, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') throw new Refusal(`${path} 已经有了，没有覆盖；请用 --out 换个名字`);
        throw error;
      });
      terminal.out(
        `已写 ${path}：成功 ${made.paid} 笔，失败 ${made.refused} 笔。到干部端「回盘」导入即可。\n`,
      );
      return true;
    }),
};
