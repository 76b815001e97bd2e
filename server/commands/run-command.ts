import { parseArgs } from 'node:util';
import { DomainError } from '../kernel/errors.ts';
import { backUpCommand } from './back-up.ts';
import { anchorAuditCommand, reconcileCommand, verifyAuditCommand } from './check-books.ts';
import { UsageError, type Command, type Terminal, type Typed } from './command.ts';
import { bankReturnCommand } from './demo-bank-return.ts';
import { createFederationCommand, listFederationsCommand } from './federation.ts';
import { importMembersCommand, importUnionsCommand } from './import-roster.ts';
import { incidentReportCommand } from './incident.ts';
import { keysStatusCommand, resealCommand, retireKeyCommand, rotateKeysCommand } from './keys.ts';
import { listPrivacyCommand, setPrivacyCommand } from './privacy.ts';
import { moveFederationCommand } from './move-federation.ts';
import { restoreCommand } from './restore.ts';
import { seedCommand } from './seed.ts';
import { verifyBackupCommand } from './verify-backup.ts';

export const commands: readonly Command[] = [
  createFederationCommand,
  listFederationsCommand,
  moveFederationCommand,
  importUnionsCommand,
  importMembersCommand,
  // Before `backup`, whose folder cannot be called that.
  verifyBackupCommand,
  backUpCommand,
  restoreCommand,
  verifyAuditCommand,
  anchorAuditCommand,
  reconcileCommand,
  rotateKeysCommand,
  resealCommand,
  keysStatusCommand,
  retireKeyCommand,
  setPrivacyCommand,
  listPrivacyCommand,
  incidentReportCommand,
  seedCommand,
  bankReturnCommand,
];

const usageOf = ({ words, takes, options }: Command) =>
  [
    'npm run cli --',
    ...words,
    ...takes,
    ...Object.entries(options).map(([name, { value }]) => `[--${name}${value ? ` ${value}` : ''}]`),
  ].join(' ');

function helpOf(command: Command): string {
  const options = Object.entries(command.options).map(
    ([name, { value, zh }]) => `  --${name}${value ? ` ${value}` : ''}\t${zh}`,
  );
  return [`用法：${usageOf(command)}`, `  ${command.zh}`, `  ${command.en}`, ...options, ''].join('\n');
}

function overview(): string {
  const lines = commands.flatMap((command) => [
    `  ${usageOf(command)}`,
    `      ${command.zh}`,
    `      ${command.en}`,
  ]);
  return [
    '智慧工会命令行 · Smart Union command line',
    '',
    ...lines,
    '',
    '环境变量 DATA_DIR（数据文件夹，默认 ./data）和 DATABASE_URL（另外的 PostgreSQL）与 npm start 相同；服务运行时也可以使用。',
    '退出码：0 成功，1 未完成或核对不符，2 写法不对。任何命令加 --help 看说明。',
    '',
  ].join('\n');
}

function parse(command: Command, args: readonly string[]): Typed & { help: boolean } {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { value }]) => [
      name,
      { type: value === null ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    const typed = Object.entries(values).map(([name, value]) => [name, value === true ? '' : value]);
    return {
      positionals,
      options: Object.fromEntries(typed) as Typed['options'],
      help: values.help === true,
    };
  } catch (error) {
    throw new UsageError(`不认识的写法：${(error as Error).message}`);
  }
}

const asksHelp = (word: string | undefined) => word === undefined || ['help', '--help', '-h'].includes(word);

async function perform(command: Command, terminal: Terminal, args: readonly string[]): Promise<number> {
  try {
    const typed = parse(command, args);
    if (typed.help) {
      terminal.out(helpOf(command));
      return 0;
    }
    if (typed.positionals.length !== command.takes.length) {
      const wanted = command.takes.length === 0 ? '不需要别的内容' : `需要：${command.takes.join(' ')}`;
      throw new UsageError(`${command.words.join(' ')} 后面${wanted}`);
    }
    return (await command.run(terminal, typed)) ? 0 : 1;
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.err(`${error.message}\n${helpOf(command)}`);
      return 2;
    }
    terminal.err(`没有完成：${error instanceof DomainError ? error.text() : (error as Error).message}\n`);
    if (terminal.env.LOG_LEVEL === 'debug') terminal.err(`${(error as Error).stack}\n`);
    return 1;
  }
}

/** Runs what was typed. Returns the exit code: 0 done, 1 refused or not in order, 2 typed wrongly. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  if (asksHelp(args[0])) {
    terminal.out(overview());
    return 0;
  }
  const command = commands.find(({ words }) => words.every((word, index) => args[index] === word));
  if (command) return perform(command, terminal, args.slice(command.words.length));
  terminal.err(`没有这个命令：${args.join(' ')}\n\n${overview()}`);
  return 2;
}
