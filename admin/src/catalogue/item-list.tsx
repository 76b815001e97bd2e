import { lifeEvents } from '@smart-union/catalogue-kit';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { PageHead } from '../page/page-head.tsx';
import { Await, Empty } from '../page/states.tsx';
import { pick, useTexts } from '../texts/texts.ts';
import { catalogueQuery } from './catalogue.ts';

/** Everything a member may apply for, by life event. */
export const ItemList = () => {
  const t = useTexts();
  const items = useQuery(catalogueQuery);
  return (
    <>
      <PageHead title={t.catalogue.title} note={t.catalogue.note} />
      <Await of={items}>
        {({ items: all }) =>
          all.length === 0 ? (
            <Empty title={t.catalogue.empty} />
          ) : (
            <ul className="card-list">
              {all.map((item) => {
                const event = lifeEvents.find((one) => one.code === item.lifeEvent);
                return (
                  <li key={item.code}>
                    <Link to={`/catalogue/${item.code}` as never} className="phone-row">
                      <strong>{pick(item.title, item.titleEn)}</strong>
                      <span>{pick(item.summary, item.summaryEn)}</span>
                      <span className="quiet">
                        {event ? pick(event.title, event.titleEn) : item.lifeEvent} ·{' '}
                        {t.catalogue.version(item.version)}
                      </span>
                    </Link>
                  </li>
                );
              })}
            </ul>
          )
        }
      </Await>
    </>
  );
};
