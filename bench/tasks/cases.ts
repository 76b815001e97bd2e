import { randomUUID } from 'node:crypto';
import { requestOf } from '../load.ts';
import { eachOnce, reading, type Given, type Task } from './task.ts';

// Enough that twenty connections have planned every statement and the code is compiled: a server runs for weeks.
const perRound = (clients: number) => (clients === 1 ? 120 : 1200);

const json = (body: Buffer) => JSON.parse(body.toString()) as { version: number };

/** What happens to an application. */
export function caseTasks({ world, supply }: Given): Task[] {
  const { tokens } = world;
  return [
    {
      name: 'worklist',
      title: '待办一页 20 条带总数',
      round: reading(
        [requestOf('GET', '/api/v1/cases?view=todo&pageSize=20', tokens.worklist)],
        [requestOf('GET', '/worklist', tokens.worklist)],
      ),
    },
    {
      name: 'submit',
      title: '提交申请',
      counts: perRound,
      async round(server, count) {
        const drafts = await supply.drafts(count);
        return eachOnce(
          drafts.map(({ id, token }) =>
            server === 'bare'
              ? requestOf('POST', `/submit/${id}`, token, { body: {} })
              : requestOf('POST', `/api/v1/me/cases/${id}/submission`, token, {
                  body: { version: 1 },
                  key: randomUUID(),
                }),
          ),
        );
      },
    },
    {
      name: 'approve',
      title: '区总审批（批准并占用资金）',
      counts: perRound,
      async round(server, count) {
        const ids = await supply.approvals(count);
        return eachOnce(
          ids.map((id) =>
            server === 'bare'
              ? requestOf('POST', `/approve/${id}`, tokens.approver, { body: {} })
              : requestOf('POST', `/api/v1/cases/${id}/decisions`, tokens.approver, {
                  body: { outcome: 'approve', note: '' },
                  key: randomUUID(),
                }),
          ),
        );
      },
    },
    {
      // As many members as clients keep their drafts again and again: short durable writes of many people at once.
      name: 'burst',
      title: '短写入突发（保存草稿，如答题）',
      clients: [32, 200],
      async round(server, count) {
        const drafts = await supply.drafts(count);
        const writers = drafts.map(({ id, token }) => {
          const path = server === 'bare' ? `/answers/${id}` : `/api/v1/me/cases/${id}/answers`;
          let version = 1;
          return async (ask: (request: Buffer) => Promise<Buffer>) => {
            const body = { answers: { hospital: `示例市第${version}人民医院` }, version };
            version = json(await ask(requestOf('PUT', path, token, { body }))).version;
          };
        });
        const free = [...writers];
        // A writer is one person: she waits for her answer before she goes on.
        return () => {
          const writer = free.pop();
          return (
            writer &&
            (async (ask) => {
              await writer(ask);
              free.push(writer);
            })
          );
        };
      },
    },
  ];
}
