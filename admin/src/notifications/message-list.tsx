import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Badge, Button } from 'antd';
import { api } from '../client.ts';
import { useAct } from '../page/act.ts';
import { CardPages } from '../page/card-pages.tsx';
import { useListSearch } from '../page/list-search.ts';
import { PageHead } from '../page/page-head.tsx';
import { Await, Empty } from '../page/states.tsx';
import { formatInstant } from '../texts/formats.ts';
import { pick, useLocale, useTexts } from '../texts/texts.ts';

/** My messages, newest first; a message about a case leads to it. */
export const MessageList = () => {
  const t = useTexts();
  const locale = useLocale();
  const list = useListSearch();
  const queryClient = useQueryClient();
  const { busy, run } = useAct();
  const messages = useQuery({
    queryKey: ['messages', list.query()],
    queryFn: () => api.notifications.list({ query: list.query() as never }),
    placeholderData: keepPreviousData,
  });
  const read = (ids: string[]): Promise<unknown> =>
    run(async () => {
      await Promise.all(ids.map((id) => api.notifications.markRead({ params: { id } })));
      await queryClient.invalidateQueries({ queryKey: ['messages'] });
    });
  const unread = (messages.data?.items ?? []).filter((message) => !message.read).map((message) => message.id);
  return (
    <>
      <PageHead
        title={t.messages.title}
        note={messages.data?.unread ? `${t.messages.unread} ${messages.data.unread}` : null}
        acts={
          unread.length > 0 ? (
            <Button loading={busy} onClick={() => void read(unread)}>
              {t.messages.markAll}
            </Button>
          ) : null
        }
      />
      <Await of={messages}>
        {({ items, total }) =>
          items.length === 0 ? (
            <Empty title={t.messages.empty} note={t.messages.emptyNote} />
          ) : (
            <>
              <ul className="card-list">
                {items.map((message) => (
                  <li key={message.id}>
                    <div className="row">
                      {message.read ? null : (
                        <Badge
                          status="processing"
                          text={<span className="visually-hidden">{t.messages.unread}</span>}
                        />
                      )}
                      <strong className="grow">{pick(message.title, message.titleEn)}</strong>
                      <span className="quiet nowrap">{formatInstant(message.at, locale)}</span>
                    </div>
                    <p style={{ margin: '4px 0' }}>{pick(message.text, message.textEn)}</p>
                    <div className="row">
                      {message.caseId ? (
                        <Link
                          to={`/cases/${message.caseId}` as never}
                          onClick={() => void (message.read || read([message.id]))}
                        >
                          {t.messages.open}
                        </Link>
                      ) : null}
                      {message.read ? null : (
                        <Button size="small" type="link" onClick={() => void read([message.id])}>
                          {t.messages.markRead}
                        </Button>
                      )}
                    </div>
                  </li>
                ))}
              </ul>
              <CardPages list={list} total={total} />
            </>
          )
        }
      </Await>
    </>
  );
};
