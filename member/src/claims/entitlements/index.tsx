import { client } from '../../client.ts';
import { Page } from '../../layout/Page.tsx';
import { Empty, States } from '../../layout/States.tsx';
import { Button } from '../../parts/Button.tsx';
import { Checks } from '../../parts/Checks.tsx';
import { Tag } from '../../parts/Tag.tsx';
import { dateText, moneyText } from '../../format.ts';
import { useLoad } from '../../loading.ts';
import { go } from '../../navigation.ts';
import { inLanguage, useTexts } from '../../texts/index.ts';

export default function Entitlements() {
  const texts = useTexts();
  const words = texts.entitlements;
  const { loaded, reload } = useLoad(() => client.claims.entitlements(), 'all');
  return (
    <Page title={words.title}>
      <p className="text quiet">{words.intro}</p>
      <States loaded={loaded} reload={reload}>
        {({ items }) =>
          items.length ? (
            <ul className="list">
              {items.map((item) => (
                <li className="card" key={item.code}>
                  <h2 className="heading heading-first">{inLanguage(item.title, item.titleEn)}</h2>
                  <p className="text">
                    <Tag tone={item.ok ? 'success' : 'waiting'}>{item.ok ? words.can : words.cannot}</Tag>
                  </p>
                  {item.amountFen === null ? null : (
                    <p className="text figure">{moneyText(item.amountFen)}</p>
                  )}
                  <p className="text">{inLanguage(item.summary, item.summaryEn)}</p>
                  <Checks checks={item.checks} />
                  <p className="text small">
                    {item.promiseWorkingDays === null ? '' : words.promise(item.promiseWorkingDays)}
                  </p>
                  {item.ok ? (
                    <Button look="main" wide onClick={() => go('apply', { item: item.code })}>
                      {item.draftId ? words.continueDraft : words.apply}
                    </Button>
                  ) : item.from ? (
                    <p className="text strong">{words.from(dateText(item.from))}</p>
                  ) : null}
                </li>
              ))}
            </ul>
          ) : (
            <Empty text={words.empty} />
          )
        }
      </States>
    </Page>
  );
}
