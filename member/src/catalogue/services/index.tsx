import { useState } from 'react';
import { useRouter } from '@tarojs/taro';
import { lifeEvents } from '@smart-union/catalogue-kit/life-events.ts';
import type { Reply } from '../../client.ts';
import { client } from '../../client.ts';
import { typed } from '../../form/events.ts';
import { Page } from '../../layout/Page.tsx';
import { Empty, States } from '../../layout/States.tsx';
import { Button } from '../../parts/Button.tsx';
import { Icon } from '../../parts/Icon.tsx';
import type { IconName } from '../../parts/Icon.tsx';
import { Row } from '../../parts/Row.tsx';
import { useLoad } from '../../loading.ts';
import { go } from '../../navigation.ts';
import { inLanguage, useTexts } from '../../texts/index.ts';
import './services.css';

type Item = Reply<'catalogue', 'list'>['items'][number];

/** Every word of the query is in the title, the summary or the keywords (everyday words and pinyin). */
export function matches(item: Item, query: string): boolean {
  const hay = [
    item.code,
    item.title,
    item.titleEn ?? '',
    item.summary,
    item.summaryEn ?? '',
    ...item.keywords,
  ]
    .join('\n')
    .toLowerCase();
  const words = query.normalize('NFKC').toLowerCase().split(/\s+/);
  return words.every((word) => hay.includes(word));
}

export default function Services() {
  const texts = useTexts();
  const words = texts.services;
  const { event: wanted } = useRouter().params;
  const [query, setQuery] = useState('');
  const { loaded, reload } = useLoad(() => client.catalogue.list(), 'all');

  const line = (item: Item, at: number) => (
    <Row
      key={item.code}
      first={at === 0}
      title={inLanguage(item.title, item.titleEn)}
      text={inLanguage(item.summary, item.summaryEn)}
      onClick={() => go('apply', { item: item.code })}
    />
  );

  // The life event she tapped on the home page comes first.
  const events = [...lifeEvents].sort((a, b) => Number(b.code === wanted) - Number(a.code === wanted));
  return (
    <Page title={words.title} tab="services">
      <div className="search" role="search">
        <Icon name="search" className="quiet search-icon" />
        <input
          className="box search-box"
          aria-label={words.search}
          placeholder={words.searchHint}
          value={query}
          inputMode="search"
          enterKeyHint="search"
          maxLength={40}
          onInput={(event) => setQuery(typed(event))}
          onChange={(event) => setQuery(typed(event))}
        />
        {query ? (
          <Button look="quiet" onClick={() => setQuery('')}>
            {words.clear}
          </Button>
        ) : null}
      </div>
      <States loaded={loaded} reload={reload}>
        {({ items }) => {
          const found = query.trim() ? items.filter((item) => matches(item, query.trim())) : null;
          if (found)
            return (
              <div aria-live="polite">
                {found.length ? (
                  <>
                    <p className="text small">{words.found(found.length)}</p>
                    <div className="rows">{found.map(line)}</div>
                  </>
                ) : (
                  <Empty text={words.none(query.trim())}>
                    <Button onClick={() => go('findUnion')}>{texts.findUnion}</Button>
                  </Empty>
                )}
              </div>
            );
          const shown = events.filter(
            ({ code }) => code === wanted || items.some((item) => item.lifeEvent === code),
          );
          const rest = lifeEvents.filter((event) => !shown.includes(event));
          return (
            <>
              {shown.map((event, at) => {
                const mine = items.filter((item) => item.lifeEvent === event.code);
                return (
                  <section key={event.code}>
                    <h2 className={`heading service-heading${at === 0 ? ' heading-first' : ''}`}>
                      <Icon name={event.code as IconName} className="service-icon" />
                      {inLanguage(event.title, event.titleEn)}
                    </h2>
                    {mine.length ? (
                      <div className="rows">{mine.map(line)}</div>
                    ) : (
                      <p className="text quiet">{words.soon}</p>
                    )}
                  </section>
                );
              })}
              {rest.length ? (
                <section className="card">
                  <h2 className="heading heading-first">{words.preparing}</h2>
                  <p className="text">
                    {rest.map((event) => inLanguage(event.title, event.titleEn)).join(' · ')}
                  </p>
                  <p className="text small">{words.preparingHint}</p>
                  <Button onClick={() => go('findUnion')}>{texts.findUnion}</Button>
                </section>
              ) : null}
            </>
          );
        }}
      </States>
    </Page>
  );
}
