import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { inSystemContext, type Ctx } from '../kernel/context.ts';
import { importMembersFile } from '../modules/members/index.ts';
import { importUnionsFile } from '../modules/unions/index.ts';
import { Refusal, type Command } from './command.ts';
import { showProgress, type Progress } from './progress.ts';
import { chooseFederation, federationOption, withPlatform } from './workplace.ts';

type ImportFile = typeof importMembersFile;
type OnProgress = NonNullable<Parameters<ImportFile>[2]>;

const steps = { reading: '读取', checking: '核对', saving: '保存' } as const;

/** `花名册.xlsx` → `花名册-退回.xlsx`, beside it; a name that is taken gets a number, so that corrections are never lost. */
function freeName(path: string): string {
  const stem = join(dirname(path), `${basename(path, extname(path))}-退回`);
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${stem}.xlsx` : `${stem}-${number}.xlsx`;
    if (!existsSync(name)) return name;
  }
}

function rosterCommand(noun: 'unions' | 'members', word: string, importFile: ImportFile): Command {
  return {
    words: ['import', noun],
    takes: ['文件'],
    options: federationOption,
    zh: `导入${word}（.xlsx 或 .csv），一次完成；退回的行另存为旁边的 Excel，改好后可再导入`,
    en: `Import ${noun} from .xlsx or .csv in one transaction; refused rows are written beside the file`,
    run: (terminal, typed) =>
      withPlatform(terminal, async (platform) => {
        const path = resolve(typed.positionals[0]!);
        if (!existsSync(path)) throw new Refusal(`没有这个文件：${path}`);
        const federation = await chooseFederation(platform, typed);
        let [bar, step]: [Progress | null, string] = [null, ''];
        const onProgress: OnProgress = (at) => {
          if (at.step !== step) {
            bar?.end();
            step = at.step;
            bar = showProgress(terminal, steps[at.step], at.total);
          }
          bar?.to(at.done, at.total);
        };
        const { run, refused } = await inSystemContext(platform, federation, '命令行', (ctx: Ctx) =>
          importFile(ctx, path, onProgress),
        );
        (bar as Progress | null)?.end();
        const { counts } = run;
        terminal.out(
          `${federation.name}：共 ${counts.rows} 行，接受 ${counts.accept}，接受但有提示 ${counts.warn}，退回 ${counts.reject}；` +
            `新增 ${counts.added}，更改 ${counts.changed}，无变化 ${counts.unchanged}\n`,
        );
        for (const fault of run.byFault) terminal.out(`  ${fault.title}：${fault.rows} 行\n`);
        if (refused) {
          const beside = freeName(path);
          // Personal numbers in plain: for the one who ran the command only.
          await writeFile(beside, refused, { mode: 0o600, flag: 'wx' });
          terminal.out(`退回的行和原因在 ${beside}，改好后再导入一次即可\n`);
        }
        return true;
      }),
  };
}

export const importUnionsCommand = rosterCommand('unions', '工会名录', importUnionsFile);
export const importMembersCommand = rosterCommand('members', '会员花名册', importMembersFile);
