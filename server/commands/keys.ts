import type pg from 'pg';
import { listFederations } from '../kernel/app.ts';
import { record } from '../kernel/audit.ts';
import { inSystemContext, type Federation, type Platform } from '../kernel/context.ts';
import { openPii, suiteOf, versionOf, type Pii } from '../kernel/pii.ts';
import { openKeyRing, replaceKeyRing, withNewKey, type KeyRing } from '../kernel/pii/key-ring.ts';
import { Refusal, UsageError, wholeNumber, type Command, type Terminal } from './command.ts';
import { keysInUse } from './keys/in-use.ts';
import { resealFiles } from './keys/reseal-files.ts';
import { resealRows } from './keys/reseal-rows.ts';
import { showProgress } from './progress.ts';
import { chooseFederation, federationOption, withOwner, withPlatform } from './workplace.ts';

/** Any number that nobody else locks. */
const lockNumber = 7_359_020_214;
/** Longer than a transaction may last: what was sealed with the old key just before the change is committed by then. */
const restMillis = 3_600_000;
const usualRate = 5000;

/** One at a time: two that make a key at once would each seal with a ring the other does not have. */
async function alone<T>(platform: Platform, work: () => Promise<T>): Promise<T> {
  return withOwner(platform.database.ownerUrl, async (client: pg.Client) => {
    const got = await client.query<{ yes: boolean }>('select pg_try_advisory_lock($1) as yes', [lockNumber]);
    if (!got.rows[0]?.yes) throw new Refusal('另一个更换密钥的命令正在运行，请等它结束');
    return work();
  });
}

function requireRingFile({ config }: Platform): KeyRing {
  if (config.piiKeys)
    throw new Refusal(
      '密钥在环境变量 PII_KEYS 里，命令不能代为增减。请按 docs/guides/keys.md 改好 PII_KEYS 并重启全部服务，再运行 keys reseal',
    );
  return openKeyRing(config.dataDir, config.piiSuite);
}

const newestOf = ({ keys }: KeyRing) => Math.max(...keys.map(({ version }) => version));

async function noteInAll(platform: Platform, kind: string, data: Record<string, unknown>): Promise<void> {
  for (const federation of await listFederations(platform))
    await inSystemContext(platform, federation, '命令行', (ctx) =>
      record(ctx, { kind, subject: 'key', subjectId: null, unionPath: 'f', data }),
    );
}

interface Sealing {
  terminal: Terminal;
  platform: Platform;
  federations: readonly Federation[];
  rowsPerSecond: number;
}

async function resealAll({ terminal, platform, federations, rowsPerSecond }: Sealing): Promise<boolean> {
  const pii: Pii = openPii(platform.config);
  const header = pii.header();
  const waiting = (await keysInUse(platform)).filter(
    ({ version, suite }) => version !== versionOf(header) || suite !== suiteOf(header),
  );
  const codes = new Set<string | null>(federations.map(({ code }) => code));
  const values = waiting
    .filter(({ federation }) => codes.has(federation))
    .reduce((sum, { count }) => sum + count, 0);
  let done = 0;
  // Values were counted, rows are done: a row with three values jumps.
  const bar = showProgress(terminal, '重新加密', values);
  const onRows = (rows: number) => bar.to(Math.min((done += rows), values));
  let lost = 0;
  for (const federation of federations)
    lost += await resealRows({ platform, pii, rowsPerSecond, onRows }, federation);
  bar.to(values);
  bar.end();
  let files = 0;
  const unreadable = await resealFiles(pii, platform.config.dataDir, () => (files += 1));
  terminal.out(`重新加密了文件 ${files} 个\n`);
  if (lost + unreadable.length === 0) return true;
  terminal.err(
    `有 ${lost} 个值、${unreadable.length} 个文件现有的密钥都打不开，保持原样，请查备份里的密钥环\n`,
  );
  for (const path of unreadable.slice(0, 20)) terminal.err(`  ${path}\n`);
  return false;
}

const sealingOptions = {
  ...federationOption,
  rate: { value: '行数', zh: `每秒最多重新加密多少行（默认 ${usualRate}；忙时写小些）` },
};

async function sealingOf(terminal: Terminal, platform: Platform, typed: Parameters<Command['run']>[1]) {
  const { rate, federation } = typed.options;
  return {
    terminal,
    platform,
    federations: federation ? [await chooseFederation(platform, typed)] : await listFederations(platform),
    rowsPerSecond: rate === undefined ? usualRate : wholeNumber('rate', rate, 1_000_000),
  };
}

export const rotateKeysCommand: Command = {
  words: ['keys', 'rotate'],
  takes: [],
  options: sealingOptions,
  zh: '更换敏感信息的密钥：生成新版本，新写入即用新密钥，再把已有内容逐批重新加密；中断后重新运行即从断处继续，服务不用停',
  en: 'Make a new data key and seal everything anew in small batches, online; run it again after a break',
  run: (terminal, typed) =>
    withPlatform(terminal, async (platform) => {
      const sealing = await sealingOf(terminal, platform, typed);
      return alone(platform, async () => {
        const ring = requireRingFile(platform);
        const newest = newestOf(ring);
        const unfinished = (await keysInUse(platform)).some(
          ({ version, what }) => version !== newest && what !== '上传中的文件',
        );
        if (unfinished) terminal.out(`上次更换（第 ${newest} 版）还没有做完，现在继续\n`);
        else {
          const next = withNewKey(ring, new Date());
          replaceKeyRing(platform.config.dataDir, next);
          await noteInAll(platform, 'key.rotated', { version: newestOf(next) });
          terminal.out(
            `已生成第 ${newestOf(next)} 版密钥，新写入的内容从现在起用它。请备份 keys/ring.json\n`,
          );
        }
        return resealAll(sealing);
      });
    }),
};

export const resealCommand: Command = {
  words: ['keys', 'reseal'],
  takes: [],
  options: sealingOptions,
  zh: '把用旧密钥或另一套算法（PII_SUITE）加密的内容换成现在的，不生成新密钥',
  en: 'Seal anew what older keys or the other suite sealed, without making a key',
  run: (terminal, typed) =>
    withPlatform(terminal, async (platform) => {
      const sealing = await sealingOf(terminal, platform, typed);
      return alone(platform, () => resealAll(sealing));
    }),
};

export const keysStatusCommand: Command = {
  words: ['keys', 'status'],
  takes: [],
  options: {},
  zh: '各版本密钥还加密着多少内容',
  en: 'How much each key version seals',
  run: (terminal) =>
    withPlatform(terminal, async (platform) => {
      const uses = await keysInUse(platform);
      const { config } = platform;
      const header = openPii(config).header();
      const ring = config.piiKeys ? null : openKeyRing(config.dataDir, config.piiSuite);
      terminal.out(`现在用第 ${versionOf(header)} 版密钥，算法 ${suiteOf(header)}\n`);
      const known = ring?.keys.map(({ version }) => version) ?? [];
      const versions = new Set([...known, ...uses.map(({ version }) => version)]);
      for (const version of [...versions].toSorted((a, b) => a - b)) {
        const made = ring?.keys.find((key) => key.version === version)?.madeAt;
        const of = uses.filter((use) => use.version === version);
        const sum = of.reduce((total, { count }) => total + count, 0);
        const absent = ring && !known.includes(version) ? '，密钥环里没有这一版！' : '';
        terminal.out(
          `第 ${version} 版${made ? `（生成于 ${made}）` : ''}：${sum.toLocaleString('en')} 项${absent}\n`,
        );
        for (const { federation, what, count, suite } of of)
          terminal.out(`  ${federation ?? '—'}\t${what}\t${suite}\t${count.toLocaleString('en')}\n`);
      }
      return true;
    }),
};

export const retireKeyCommand: Command = {
  words: ['keys', 'retire'],
  takes: ['版本'],
  options: {},
  zh: '从密钥环里销毁一个旧版本；还有内容用它，或更换不满一小时，就拒绝',
  en: 'Destroy an old key version; refused while anything is sealed with it',
  run: (terminal, { positionals }) =>
    withPlatform(terminal, async (platform) => {
      if (!/^[1-9]\d?$/.test(positionals[0]!)) throw new UsageError('版本要写 1 到 63 的数字');
      const version = Number(positionals[0]);
      return alone(platform, async () => {
        const ring = requireRingFile(platform);
        const newest = newestOf(ring);
        if (!ring.keys.some((key) => key.version === version))
          throw new Refusal(`密钥环里没有第 ${version} 版。用 keys status 看有哪些`);
        if (version === newest) throw new Refusal(`第 ${version} 版正在使用，先用 keys rotate 更换`);
        const madeAt = ring.keys.find((key) => key.version === newest)?.madeAt;
        if (madeAt && Date.now() - Date.parse(madeAt) < restMillis)
          throw new Refusal('更换还不满一小时，可能有更换前开始的写入刚刚保存。请一小时后再运行');
        const using = (await keysInUse(platform)).filter((use) => use.version === version);
        if (using.length > 0) {
          const lines = using.map(({ federation, what, count }) => `${federation ?? ''} ${what} ${count} 项`);
          throw new Refusal(
            `还有内容用第 ${version} 版加密，没有销毁：${lines.join('；')}。请先运行 keys reseal（上传中的文件最多两天后自动清掉）`,
          );
        }
        replaceKeyRing(platform.config.dataDir, {
          ...ring,
          keys: ring.keys.filter((key) => key.version !== version),
        });
        await noteInAll(platform, 'key.retired', { version });
        terminal.out(
          `已从密钥环销毁第 ${version} 版。更换以前的备份要用当时的密钥环恢复：备份到期之前请把那份密钥环离线保管\n`,
        );
        return true;
      });
    }),
};
