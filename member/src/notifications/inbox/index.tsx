import { useState } from 'react';
import type { Reply } from '../../client.ts';
import { client } from '../../client.ts';
import { Page } from '../../layout/Page.tsx';
import { Empty, States } from '../../layout/States.tsx';
import { Button } from '../../parts/Button.tsx';
import { Row } from '../../parts/Row.tsx';
import { Tag } from '../../parts/Tag.tsx';
import { timeText } from '../../format.ts';
import { useLoad } from '../../loading.ts';
import { go } from '../../navigation.ts';
import { inLanguage, useTexts } from '../../texts/index.ts';

type Message = Reply<'notifications', 'list'>['items'][number];
const STEP = 20;

export default function Inbox() {
  const texts = useTexts();
  const [size, setSize] = useState(STEP);
  const { loaded, reload, put } = useLoad(
    () => client.notifications.list({ query: { pageSize: Math.min(size, 200) } }),
    `${size}`,
  );

  const see = (message: Message) => {
    if (!message.read) {
      // Losing this one call leaves the message unread: nothing worse.
      client.notifications.markRead({ params: { id: message.id } }).catch(() => undefined);
      if (loaded.state === 'ready')
        put({
          ...loaded.data,
          unread: Math.max(0, loaded.data.unread - 1),
          items: loaded.data.items.map((one) => (one.id === message.id ? { ...one, read: true } : one)),
        });
    }
    if (message.caseId) go('progress', { id: message.caseId });
  };

  return (
    <Page title={texts.inbox.title} tab="inbox">
      <States loaded={loaded} reload={reload}>
        {({ items, total, unread }) =>
          items.length ? (
            <>
              {unread ? <p className="text small">{texts.inbox.unreadCount(unread)}</p> : null}
              <div className="rows">
                {items.map((message, at) => (
                  <Row
                    key={message.id}
                    first={at === 0}
                    title={
                      <>
                        {inLanguage(message.title, message.titleEn)}{' '}
                        {message.read ? null : <Tag tone="info">{texts.common.unread}</Tag>}
                      </>
                    }
                    text={
                      <>
                        {inLanguage(message.text, message.textEn)}
                        <span className="row-text">{timeText(message.at)}</span>
                      </>
                    }
                    onClick={() => see(message)}
                  />
                ))}
              </div>
              {total > items.length && size < 200 ? (
                <Button wide onClick={() => setSize(size + STEP)}>
                  {texts.inbox.more}
                </Button>
              ) : null}
            </>
          ) : (
            <Empty text={texts.inbox.empty} />
          )
        }
      </States>
    </Page>
  );
}
