import { lifeEvents } from '@smart-union/catalogue-kit/life-events.ts';
import { client } from '../client.ts';
import type { Reply } from '../client.ts';
import { CaseRow, isOpen } from '../cases/CaseRow.tsx';
import { Page } from '../layout/Page.tsx';
import { Empty, States } from '../layout/States.tsx';
import { Button } from '../parts/Button.tsx';
import { Icon } from '../parts/Icon.tsx';
import type { IconName } from '../parts/Icon.tsx';
import { Row } from '../parts/Row.tsx';
import { longDateText, sinceText, timeText } from '../format.ts';
import { useLoad } from '../loading.ts';
import { go } from '../navigation.ts';
import { useSettings } from '../settings.ts';
import { inLanguage, useTexts } from '../texts/index.ts';
import './home.css';

async function loadHome() {
  const [me, entitlements, cases, messages] = await Promise.all([
    client.members.me(),
    client.claims.entitlements(),
    client.cases.listMine(),
    client.notifications.list({ query: { pageSize: 1 } }),
  ]);
  return { me, entitlements, cases, messages };
}

function Identity({ me }: { me: Reply<'members', 'me'> }) {
  const texts = useTexts();
  return (
    <div className="identity">
      <p className="identity-name">{texts.home.hello(me.name)}</p>
      <p className="identity-line">{me.union.name}</p>
      <p className="identity-line">
        {texts.home.memberSince(longDateText(me.joinedOn), sinceText(me.joinedOn))}
      </p>
    </div>
  );
}

export default function Home() {
  const texts = useTexts();
  const { elder } = useSettings();
  const { loaded, reload } = useLoad(loadHome, 'home');
  const me = loaded.state === 'ready' ? loaded.data.me : null;
  // Six tiles at most in 长辈版, counting 「我能领什么」 above and 「找工会」 below.
  const tiles = elder ? lifeEvents.slice(0, 4) : lifeEvents;
  return (
    <Page title={texts.appName} tab="home" banner={me ? <Identity me={me} /> : null}>
      <States loaded={loaded} reload={reload}>
        {({ entitlements, cases, messages }) => {
          const open = cases.items.filter(isOpen);
          const newest = messages.items[0];
          return (
            <>
              <button type="button" className="claimable" onClick={() => go('entitlements')}>
                <Icon name="gift" className="claimable-icon" />
                <span className="row-body">
                  <span className="claimable-title">{texts.home.claimable(entitlements.claimable)}</span>
                  <span className="row-text">
                    {entitlements.claimable ? texts.home.claimableHint : texts.home.noneHint}
                  </span>
                </span>
                <Icon name="next" className="quiet" />
              </button>

              <h2 className="heading">{texts.home.applications}</h2>
              {open.length ? (
                <div className="rows">
                  {open.slice(0, 5).map((row, at) => (
                    <CaseRow key={row.id} row={row} first={at === 0} />
                  ))}
                </div>
              ) : (
                <Empty text={texts.home.applicationsEmpty} />
              )}
              {cases.items.length > 0 ? (
                <Button look="quiet" onClick={() => go('myCases')}>
                  {texts.home.allApplications}
                </Button>
              ) : null}

              <h2 className="heading">{texts.home.services}</h2>
              <ul className="list tiles">
                {tiles.map((event) => (
                  <li className="tile-place" key={event.code}>
                    <button
                      type="button"
                      className="tile"
                      onClick={() => go('services', { event: event.code })}
                    >
                      <span className="tile-icon">
                        <Icon name={event.code as IconName} />
                      </span>
                      {inLanguage(event.title, event.titleEn)}
                    </button>
                  </li>
                ))}
              </ul>

              <h2 className="heading">{texts.home.inbox}</h2>
              {newest ? (
                <div className="rows">
                  <Row
                    first
                    icon="inbox"
                    title={inLanguage(newest.title, newest.titleEn)}
                    text={
                      <>
                        {inLanguage(newest.text, newest.textEn)}
                        <span className="row-text">
                          {timeText(newest.at)}
                          {newest.read ? '' : ` · ${texts.common.unread}`}
                        </span>
                      </>
                    }
                    onClick={() => (newest.caseId ? go('progress', { id: newest.caseId }) : go('inbox'))}
                  />
                </div>
              ) : (
                <Empty text={texts.home.noMessage} />
              )}
            </>
          );
        }}
      </States>
    </Page>
  );
}
