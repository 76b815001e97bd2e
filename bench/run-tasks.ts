import { measure, type Measured } from './load.ts';
import type { ProcessorTime } from './processor-time.ts';
import { caseTasks } from './tasks/cases.ts';
import { memberTasks } from './tasks/members.ts';
import { pageTasks } from './tasks/pages.ts';
import { paymentTasks } from './tasks/payments.ts';
import type { Given, ServerName, Task } from './tasks/task.ts';

/** With the processor time a work took, ms: in the server, and in PostgreSQL. */
export interface Costed extends Measured {
  serverMillis: number;
  databaseMillis: number;
}

export interface TaskResult {
  name: string;
  task: string;
  clients: number;
  /** Of the round with the median ratio. */
  product: Costed;
  bare: Costed;
  /** Works a second, the product's to the bare server's: median over the rounds. */
  ratio: number;
  ratios: number[];
  /** Processor time, the bare server's to the product's: median over the rounds. What a busy machine spoils least. */
  thrift: number;
}

/** Every task, in the order of the report; `only` names those wanted. */
export async function tasksOf(given: Given, only: readonly string[] | null): Promise<Task[]> {
  const order = 'lookup home search worklist submit approve pay overview import export upload burst'.split(
    ' ',
  );
  const all = [
    ...memberTasks(given),
    ...caseTasks(given),
    ...paymentTasks(given),
    ...(await pageTasks(given)),
  ];
  return order
    .filter((name) => only?.includes(name) ?? true)
    .map((name) => all.find((task) => task.name === name)!);
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

export interface Running {
  ports: Record<ServerName, number>;
  processorTime: Record<ServerName, ProcessorTime>;
  millis: number;
  rounds: number;
  full: boolean;
  /** After a round's supply has been made: what autovacuum would have done long ago. */
  settle(): Promise<void>;
  tell(text: string): void;
}

const turns: readonly ServerName[] = ['product', 'bare'];
const costOf = ({ serverMillis, databaseMillis }: Costed) => serverMillis + databaseMillis;

/** Runs a task on both servers in turns, so that whatever else the machine does meets both. */
async function runTask(task: Task, running: Running): Promise<TaskResult[]> {
  const { ports, rounds, full, tell } = running;
  const run = async (server: ServerName, clients: number, share = 1): Promise<Costed> => {
    const count = task.counts ? Math.ceil(task.counts(clients, full) * share) : clients;
    const next = await task.round(server, count);
    if (task.counts) await running.settle();
    const millis = task.counts ? 120_000 : running.millis * share;
    const before = await running.processorTime[server]();
    const measured = await measure(ports[server], clients, millis, next);
    const after = await running.processorTime[server]();
    return {
      ...measured,
      serverMillis: (after.server - before.server) / measured.done,
      databaseMillis: (after.database - before.database) / measured.done,
    };
  };
  const results: TaskResult[] = [];
  const sizes = task.clients ?? [1, 32];
  for (const server of turns) await run(server, sizes.at(-1)!, 0.25);
  for (const clients of sizes) {
    const pairs: { product: Costed; bare: Costed; ratio: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const done: Partial<Record<ServerName, Costed>> = {};
      for (const server of round % 2 === 0 ? turns : turns.toReversed())
        done[server] = await run(server, clients);
      const { product, bare } = done as Record<ServerName, Costed>;
      pairs.push({ product, bare, ratio: product.perSecond / bare.perSecond });
    }
    const ratio = median(pairs.map((pair) => pair.ratio));
    const thrift = median(pairs.map(({ product, bare }) => costOf(bare) / costOf(product)));
    const { product, bare } = pairs.find((pair) => pair.ratio === ratio)!;
    const ratios = pairs.map((pair) => pair.ratio);
    results.push({ name: task.name, task: task.title, clients, product, bare, ratio, ratios, thrift });
    const cost = (one: Costed) => `${one.serverMillis.toFixed(2)}+${one.databaseMillis.toFixed(2)}`;
    tell(
      `${task.title} ${clients} 个客户端：${ratio.toFixed(2)}；处理器 ms ${cost(product)} 对 ${cost(bare)}（${thrift.toFixed(2)}）`,
    );
  }
  return results;
}

export async function runTasks(tasks: readonly Task[], running: Running): Promise<TaskResult[]> {
  const results: TaskResult[] = [];
  for (const task of tasks) results.push(...(await runTask(task, running)));
  return results;
}
