import { cpus } from 'node:os';
import type { Footprint } from './footprint.ts';
import type { TaskResult } from './tasks.ts';
import type { Scale } from './world.ts';

export interface Result {
  scale: string;
  sizes: Scale;
  tasks: TaskResult[];
  footprint: Footprint;
}

/** What the project promises: the ratio at 32 clients, packages, memory, disk. */
const bars = { ratio: 0.4, packages: 150, idleMegabytes: 200, installMegabytes: 900 } as const;

const mark = (good: boolean) => (good ? '✔' : '✘');

/** The result as a Markdown table, for the terminal and the evidence. */
export function reportOf({ scale, sizes, tasks, footprint }: Result): string {
  const rows = tasks.map(({ task, clients, ratio, ratios, product, bare }) =>
    [
      task,
      clients,
      product.perSecond.toFixed(0),
      bare.perSecond.toFixed(0),
      `${product.median.toFixed(1)} / ${product.p99.toFixed(1)}`,
      `${bare.median.toFixed(1)} / ${bare.p99.toFixed(1)}`,
      `${product.serverMillis.toFixed(2)} + ${product.databaseMillis.toFixed(2)}`,
      `${bare.serverMillis.toFixed(2)} + ${bare.databaseMillis.toFixed(2)}`,
      ratio.toFixed(2),
      ratios.map((one) => one.toFixed(2)).join(' '),
      clients === 1 ? '' : mark(ratio >= bars.ratio),
    ].join(' | '),
  );
  return [
    `规模 ${scale}：${sizes.unions} 个工会，${sizes.members} 名会员，${sizes.cases} 件申请；${cpus().length} 核`,
    '',
    '| 任务 | 客户端 | 本系统 次/秒 | 裸服务 次/秒 | 本系统 中位/p99 ms | 裸服务 中位/p99 ms | 本系统 处理器 ms（服务+库） | 裸服务 处理器 ms | 比值 | 各轮 | ≥ 0.4 |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    '',
    `生产依赖包 ${footprint.packages}（≤ ${bars.packages}）${mark(footprint.packages <= bars.packages)}；` +
      `空闲内存 ${footprint.idleMegabytes} MB（≤ ${bars.idleMegabytes}）${mark(footprint.idleMegabytes <= bars.idleMegabytes)}；` +
      `安装体积 ${footprint.installMegabytes} MB（≤ ${bars.installMegabytes}）${mark(footprint.installMegabytes <= bars.installMegabytes)}`,
    '',
  ].join('\n');
}
