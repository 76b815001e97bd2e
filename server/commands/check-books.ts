import { yuanText } from '@smart-union/catalogue-kit';
import { sql } from 'kysely';
import { anchorAudit, anchorPath, verifyAnchoredAudit } from '../kernel/audit-anchor.ts';
import { inSystemContext } from '../kernel/context.ts';
import { reconcileRollups } from '../modules/dashboards/index.ts';
import { reconcileLedger } from '../modules/disbursements/index.ts';
import { UsageError, type Command } from './command.ts';
import { chooseFederation, federationOption, withPlatform } from './workplace.ts';

export const verifyAuditCommand: Command = {
  words: ['audit', 'verify'],
  takes: [],
  options: federationOption,
  zh: '逐行核对审计记录的哈希链和数据库外的存证，指出第一处被改动、缺失或错位的地方',
  en: 'Walk the audit chains, compare the anchors outside the database, name the first row that does not fit',
  run: (terminal, typed) =>
    withPlatform(terminal, async (platform) => {
      const federation = await chooseFederation(platform, typed);
      const result = await inSystemContext(platform, federation, '命令行', async (ctx) => {
        // A year of a city is millions of rows.
        await sql`set local statement_timeout = '15min'`.execute(ctx.db);
        return verifyAnchoredAudit(ctx);
      });
      terminal.out(
        result.ok
          ? `${federation.name}：审计记录完整，共 ${result.rows} 行，总哈希 ${result.headHash}\n`
          : `${federation.name}：审计记录${result.brokenAt === null ? '' : `在 ${result.brokenAt} 处`}断开：${result.reason}。请保留现场并报告负责人。\n`,
      );
      return result.ok;
    }),
};

export const anchorAuditCommand: Command = {
  words: ['audit', 'anchor'],
  takes: [],
  options: {
    ...federationOption,
    restart: {
      value: '原因',
      zh: '恢复了较早的备份等情形：以前的存证不再作数，从现在重新开始，原因记入审计',
    },
  },
  zh: '把审计链的现状存证到数据库外（服务每小时自动做一次）',
  en: 'Write the heads of the audit chains to the file outside the database (the server does so every hour)',
  run: (terminal, typed) =>
    withPlatform(terminal, async (platform) => {
      const federation = await chooseFederation(platform, typed);
      const restart = typed.options.restart?.trim();
      if (restart === '') throw new UsageError('--restart 后面要写原因');
      const told = await inSystemContext(platform, federation, '命令行', async (ctx) => {
        const { number } = await anchorAudit(ctx, restart);
        return `${federation.name}：已写第 ${number} 号存证：${anchorPath(ctx)}\n`;
      });
      terminal.out(told);
      return true;
    }),
};

const yuan = (fen: number) => yuanText(fen).replace('¥', '');

export const reconcileCommand: Command = {
  words: ['reconcile'],
  takes: [],
  options: { ...federationOption, repair: { value: null, zh: '把不符的统计数字改正（账目从不自动改）' } },
  zh: '核对资金账与总览数字：余额等于流水之和，统计等于逐行计数',
  en: 'Prove balances equal to their transfers and rollups equal to the rows; --repair puts rollups right',
  run: (terminal, typed) =>
    withPlatform(terminal, async (platform) => {
      const federation = await chooseFederation(platform, typed);
      const repair = typed.options.repair !== undefined;
      const faults = await inSystemContext(platform, federation, '命令行', reconcileLedger);
      const drifts = await inSystemContext(platform, federation, '命令行', (ctx) =>
        reconcileRollups(ctx, { repair }),
      );
      for (const { text, expectedFen, actualFen } of faults)
        terminal.out(`资金账不符：${text}，应为 ${yuan(expectedFen)} 元，实为 ${yuan(actualFen)} 元\n`);
      for (const drift of drifts?.slice(0, 20) ?? [])
        terminal.out(
          `统计不符：${drift.unionPath} ${drift.metric} ${drift.period} 登记 ${drift.rollup.subtree}，实际 ${drift.live.subtree}\n`,
        );
      if (drifts === null) terminal.out('统计正在汇总，这次没有核对，请稍后再运行\n');
      else if (drifts.length > 0)
        terminal.out(`统计不符共 ${drifts.length} 处${repair ? '，已改正' : '，加 --repair 改正'}\n`);
      else terminal.out(`${federation.name}：统计数字与逐行计数一致\n`);
      if (faults.length === 0) terminal.out(`${federation.name}：资金账余额与流水一致\n`);
      return faults.length === 0 && drifts !== null && (drifts.length === 0 || repair);
    }),
};
