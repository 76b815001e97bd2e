import { cpus } from 'node:os';
import type { Footprint } from './footprint.ts';
import type { Costed, TaskResult } from './run-tasks.ts';
import type { WallsResult } from './walls.ts';
import type { Scale } from './world.ts';

export interface Result {
  scale: string;
  sizes: Scale;
  rounds: number;
  /** Of the machine while it was measured: the average of waiting processes over a minute, at most. */
  load: number;
  tasks: TaskResult[];
  walls: WallsResult[];
  footprint: Footprint;
}

/** What the project promises: ratios with the most clients, the server's start, packages, memory, disk. */
const bars = { startMillis: 1000, packages: 150, idleMegabytes: 150, installMegabytes: 900 } as const;
const ratioBars: Record<string, number> = {
  lookup: 0.7,
  home: 0.7,
  worklist: 0.7,
  search: 0.7,
  submit: 0.7,
  approve: 0.6,
};

const mark = (good: boolean) => (good ? '✔' : '✘');
const perSecond = (value: number) => value.toFixed(value < 20 ? 1 : 0);
const times = ({ median, p99 }: Costed) => `${median.toFixed(1)} / ${p99.toFixed(1)}`;
const cost = ({ serverMillis, databaseMillis }: Costed) =>
  `${serverMillis.toFixed(2)} + ${databaseMillis.toFixed(2)}`;

function rowOf({ name, task, clients, ratio, ratios, thrift, product, bare }: TaskResult): string {
  const bar = clients === 1 ? undefined : ratioBars[name];
  return [
    task,
    clients,
    `${perSecond(product.perSecond)} : ${perSecond(bare.perSecond)}`,
    times(product),
    times(bare),
    cost(product),
    cost(bare),
    ratio.toFixed(2),
    `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`,
    thrift.toFixed(2),
    bar === undefined ? '' : `${bar} ${mark(ratio >= bar)}`,
  ].join(' | ');
}

function wallsOf(walls: readonly WallsResult[]): string[] {
  if (walls.length === 0) return [];
  const spread = ({ first, median, last }: WallsResult['spread']) =>
    [first, median, last].map((millis) => millis.toFixed(0)).join(' / ');
  return [
    '| 大屏 | 路数 | 全部连上 s | 首屏 / 中位 / 末屏收到 ms | 最慢一条 | 处理器 ms（每条） | 内存 MB 前 → 后 |',
    '|---|---|---|---|---|---|---|',
    ...walls.map(
      (one) =>
        `| ${one.server === 'product' ? '本系统' : '裸服务'} | ${one.walls} | ${(one.openedMillis / 1000).toFixed(1)} | ` +
        `${spread(one.spread)} | ${spread(one.worst)} | ${one.costMillis.toFixed(0)} | ${one.memoryBefore} → ${one.memoryAfter} |`,
    ),
    '',
  ];
}

/** The result as Markdown tables, for the terminal and the evidence. */
export function reportOf({ scale, sizes, rounds, load, tasks, walls, footprint }: Result): string {
  return [
    `规模 ${scale}：${sizes.unions} 个工会，${sizes.members} 名会员，${sizes.cases} 件申请；${cpus().length} 核，` +
      `${rounds} 轮，机器负载最高 ${load.toFixed(1)}`,
    '',
    '| 任务 | 客户端 | 次/秒 本系统 : 裸服务 | 本系统 中位/p99 ms | 裸服务 中位/p99 ms | 本系统 处理器 ms（服务+库） | 裸服务 处理器 ms | 比值 | 各轮 | 处理器比值 | 目标 |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...tasks.map((task) => `| ${rowOf(task)} |`),
    '',
    ...wallsOf(walls),
    [
      `启动 ${footprint.startMillis.toFixed(0)} ms（< ${bars.startMillis}；处理器 ${footprint.startCostMillis} ms）${mark(footprint.startMillis < bars.startMillis)}`,
      `空闲内存 ${footprint.idleMegabytes} MB（< ${bars.idleMegabytes}）${mark(footprint.idleMegabytes < bars.idleMegabytes)}`,
      `生产依赖包 ${footprint.packages}（≤ ${bars.packages}）${mark(footprint.packages <= bars.packages)}`,
      `安装体积 ${footprint.installMegabytes} MB（≤ ${bars.installMegabytes}）${mark(footprint.installMegabytes <= bars.installMegabytes)}`,
    ].join('；'),
    '',
  ].join('\n');
}
