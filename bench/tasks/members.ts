import { requestOf, type Ask } from '../load.ts';
import { eachOnce, reading, type Given, type Task } from './task.ts';

/** The beginning of a name, of its pinyin or initials; with common ones, a rare one, a given name alone, and nobody. */
const typed = [
  '王',
  '张伟',
  '李秀英',
  '刘建',
  '建国',
  'wang',
  'zhangwei',
  'lixiu',
  'zw',
  'wjg',
  '欧阳',
  'qqq',
];

const rowsPerRoster = 1000;

/** Finding members, taking lists out and rosters in, and what a member sees first. */
export function memberTasks({ world, supply }: Given): Task[] {
  const { tokens, idNumbers, members, town } = world;
  const reason = encodeURIComponent('年度慰问名单核对');
  const search = (path: string) =>
    typed.map((q) => requestOf('GET', `${path}?q=${encodeURIComponent(q)}`, tokens.registrar));
  const home = (paths: readonly string[]) =>
    members.map((token) => {
      const requests = paths.map((path) => requestOf('GET', path, token));
      return async (ask: Ask) => {
        for (const request of requests) await ask(request);
      };
    });
  return [
    {
      name: 'lookup',
      title: '按证件号找会员',
      round: reading(
        idNumbers.map((q) => requestOf('GET', `/api/v1/members?q=${q}`, tokens.registrar)),
        idNumbers.map((q) => requestOf('GET', `/members?q=${q}`, tokens.registrar)),
      ),
    },
    {
      name: 'home',
      title: '会员首页（四个请求）',
      round: reading(
        home([
          '/api/v1/me/member',
          '/api/v1/me/entitlements',
          '/api/v1/me/cases',
          '/api/v1/me/messages?pageSize=1',
        ]),
        home(['/me/member', '/me/entitlements', '/me/cases', '/me/messages']),
      ),
    },
    {
      name: 'search',
      title: '姓名、拼音、首字母搜索',
      round: reading(search('/api/v1/members'), search('/search')),
    },
    {
      name: 'export',
      title: `导出名单（${town.members} 行 xlsx）`,
      clients: [1, 4],
      round: reading(
        [requestOf('GET', `/api/v1/members/export.xlsx?under=${town.id}&reason=${reason}`, tokens.registrar)],
        [requestOf('GET', `/members.xlsx?under=${town.path}`, tokens.registrar)],
      ),
    },
    {
      name: 'import',
      title: `导入花名册（${rowsPerRoster} 行 CSV，预览并提交）`,
      clients: [1, 2],
      counts: (clients) => clients * 2,
      async round(server, count) {
        const files = await supply.rosters(count, rowsPerRoster);
        return eachOnce(
          files.map((bytes) => {
            if (server === 'bare') return requestOf('POST', '/imports', tokens.registrar, { bytes });
            const path = '/api/v1/members/imports';
            return async (ask: Ask) => {
              const preview = requestOf('POST', `${path}?fileName=roster.csv`, tokens.registrar, { bytes });
              const { id } = JSON.parse((await ask(preview)).toString()) as { id: string };
              await ask(requestOf('POST', `${path}/${id}/commit`, tokens.registrar));
            };
          }),
        );
      },
    },
  ];
}
