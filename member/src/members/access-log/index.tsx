import { useState } from 'react';
import { client } from '../../client.ts';
import { Page } from '../../layout/Page.tsx';
import { Empty, States } from '../../layout/States.tsx';
import { Button } from '../../parts/Button.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { listText, saidText, timeText } from '../../format.ts';
import { useLoad } from '../../loading.ts';
import { go } from '../../navigation.ts';
import { inLanguage, useTexts } from '../../texts/index.ts';

const STEP = 20;

export default function AccessLog() {
  const texts = useTexts();
  const words = texts.accessLog;
  const [size, setSize] = useState(STEP);
  const { loaded, reload } = useLoad(
    () => client.members.myAccessLog({ query: { pageSize: size } }),
    `${size}`,
  );
  return (
    <Page title={words.title}>
      <p className="text quiet">{words.intro}</p>
      <States loaded={loaded} reload={reload}>
        {({ items, total }) =>
          items.length ? (
            <>
              <ul className="list">
                {items.map((event, at) => (
                  <li className="card" key={`${event.at}${at}`}>
                    <p className="text strong">
                      <Icon name="eye" className="quiet" />{' '}
                      {words.saw(listText(inLanguage(event.fields, event.fieldsEn)))}
                    </p>
                    <p className="text">{[event.office, event.who].filter(Boolean).join(' · ')}</p>
                    <p className="text">{saidText(words.reason, inLanguage(event.reason, event.reasonEn))}</p>
                    <p className="text small">
                      {timeText(event.at)}
                      {event.caseNumber ? ` · ${words.case} ${event.caseNumber}` : ''}
                    </p>
                  </li>
                ))}
              </ul>
              {total > items.length && size < 200 ? (
                <Button wide onClick={() => setSize(Math.min(200, size + STEP))}>
                  {texts.inbox.more}
                </Button>
              ) : null}
            </>
          ) : (
            <Empty text={words.empty} />
          )
        }
      </States>
      <Button look="quiet" onClick={() => go('findUnion')}>
        {words.doubt}
      </Button>
    </Page>
  );
}
