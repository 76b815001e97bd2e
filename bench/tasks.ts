import { randomUUID } from 'node:crypto';
import { measure, requestOf, type Measured } from './load.ts';
import type { ProcessorTime } from './processor-time.ts';
import type { World } from './world.ts';

/** With the processor time a request took, ms: in the server, and in PostgreSQL. */
export interface Costed extends Measured {
  serverMillis: number;
  databaseMillis: number;
}

export interface TaskResult {
  task: string;
  clients: number;
  /** Of the round with the median ratio. */
  product: Costed;
  bare: Costed;
  /** Median over the rounds. */
  ratio: number;
  ratios: number[];
}

interface Task {
  name: string;
  title: string;
  /** Requests for either server; undefined when they are used up. Reads never are. */
  product(): Buffer | undefined;
  bare(): Buffer | undefined;
  /** Requests per round for one client and for 32, where each can be made only once. */
  counted: boolean;
}

const submission = (id: string, token: string) =>
  requestOf('POST', `/api/v1/me/cases/${id}/submission`, token, { body: { version: 1 }, key: randomUUID() });

function tasksOf(world: World): Task[] {
  const { tokens, idNumbers } = world;
  const drafts = [...world.drafts];
  const approvals = [...world.approvals];
  const turn = (make: (idNumber: string) => Buffer) => {
    const ready = idNumbers.map(make);
    let index = 0;
    return () => ready[index++ % ready.length];
  };
  const worklist = requestOf('GET', '/api/v1/cases?view=todo&pageSize=20', tokens.worklist);
  const bareWorklist = requestOf('GET', '/worklist', tokens.worklist);
  return [
    {
      name: 'lookup',
      title: '按证件号找会员',
      counted: false,
      product: turn((q) => requestOf('GET', `/api/v1/members?q=${q}`, tokens.registrar)),
      bare: turn((q) => requestOf('GET', `/members?q=${q}`, tokens.registrar)),
    },
    {
      name: 'worklist',
      title: '待办一页 20 条带总数',
      counted: false,
      product: () => worklist,
      bare: () => bareWorklist,
    },
    {
      name: 'submit',
      title: '提交申请',
      counted: true,
      product: () => {
        const draft = drafts.pop();
        return draft && submission(draft.id, draft.token);
      },
      bare: () => {
        const draft = drafts.pop();
        return draft && requestOf('POST', `/submit/${draft.id}`, draft.token, { body: {} });
      },
    },
    {
      name: 'approve',
      title: '区总审批（批准并占用资金）',
      counted: true,
      product: () => {
        const id = approvals.pop();
        const body = { outcome: 'approve', note: '' };
        return id === undefined
          ? undefined
          : requestOf('POST', `/api/v1/cases/${id}/decisions`, tokens.approver, { body, key: randomUUID() });
      },
      bare: () => {
        const id = approvals.pop();
        return id === undefined
          ? undefined
          : requestOf('POST', `/approve/${id}`, tokens.approver, { body: {} });
      },
    },
  ];
}

/** Only so many requests of a kind. */
function upTo(count: number, next: () => Buffer | undefined): () => Buffer | undefined {
  let left = count;
  return () => (left-- > 0 ? next() : undefined);
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

export interface Running {
  port: number;
  barePort: number;
  processorTime: Record<'product' | 'bare', ProcessorTime>;
  millis: number;
  rounds: number;
  full: boolean;
  only: string | undefined;
  tell(text: string): void;
}

/** Runs every task on both servers in turns, so that whatever else the machine does meets both. */
export async function runTasks(world: World, running: Running): Promise<TaskResult[]> {
  const { port, barePort, rounds, full, tell } = running;
  const results: TaskResult[] = [];
  for (const task of tasksOf(world)) {
    if (running.only && running.only !== task.name) continue;
    const run = async (server: 'product' | 'bare', clients: number, share = 1): Promise<Costed> => {
      const count = (clients === 1 ? (full ? 120 : 60) : full ? 960 : 320) * share;
      const next = task.counted ? upTo(Math.ceil(count), task[server]) : task[server];
      const millis = task.counted ? 120_000 : running.millis * share;
      const before = await running.processorTime[server]();
      const measured = await measure(server === 'product' ? port : barePort, clients, millis, next);
      const after = await running.processorTime[server]();
      return {
        ...measured,
        serverMillis: (after.server - before.server) / measured.requests,
        databaseMillis: (after.database - before.database) / measured.requests,
      };
    };
    for (const server of ['product', 'bare'] as const) await run(server, 32, 0.25);
    for (const clients of [1, 32]) {
      const pairs: { product: Costed; bare: Costed; ratio: number }[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const first = round % 2 === 0 ? 'product' : 'bare';
        const one = await run(first, clients);
        const two = await run(first === 'product' ? 'bare' : 'product', clients);
        const [product, bare] = first === 'product' ? [one, two] : [two, one];
        pairs.push({ product, bare, ratio: product.perSecond / bare.perSecond });
      }
      const ratio = median(pairs.map((pair) => pair.ratio));
      const { product, bare } = pairs.find((pair) => pair.ratio === ratio)!;
      results.push({
        task: task.title,
        clients,
        product,
        bare,
        ratio,
        ratios: pairs.map((pair) => pair.ratio),
      });
      const cost = ({ serverMillis, databaseMillis }: Costed) =>
        `${serverMillis.toFixed(2)}+${databaseMillis.toFixed(2)}`;
      tell(
        `${task.title} ${clients} 个客户端：${ratio.toFixed(2)}；处理器 ms ${cost(product)} 对 ${cost(bare)}`,
      );
    }
  }
  return results;
}
