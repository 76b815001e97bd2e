import { useEffect, useState } from 'react';
import { addressOf } from './address.ts';
import type { Flow } from './feed.ts';
import { dayOf, timeOfDay } from './figures.ts';
import type { Overview } from './overview.ts';
import { shortName } from './short-name.ts';
import { switchLocale, useTexts } from './texts/texts.ts';

/** Name of the product, where we are, the time, and how fresh the figures are. */
export function Header(props: { overview: Overview | null; flow: Flow; asOf: string | null }) {
  const { overview, flow, asOf } = props;
  const texts = useTexts();
  return (
    <header className="header">
      <img className="mark" src={`${import.meta.env.BASE_URL}mark.svg`} alt="" />
      <p className="product">{texts.product}</p>
      <nav className="crumbs" aria-label={texts.path}>
        <ol>
          {overview?.ancestors.map((ancestor, index, all) => (
            <li key={ancestor.id}>
              <a href={addressOf(ancestor.id)}>
                {shortName(
                  ancestor.name,
                  all
                    .slice(0, index)
                    .reverse()
                    .map((superior) => superior.name),
                )}
              </a>
            </li>
          ))}
          {overview && (
            <li aria-current="page">
              <h1>{overview.union.name}</h1>
            </li>
          )}
        </ol>
      </nav>
      <Freshness flow={flow} asOf={asOf} />
      <Clock />
      <button type="button" className="language" onClick={switchLocale}>
        {texts.language}
      </button>
    </header>
  );
}

function Freshness({ flow, asOf }: { flow: Flow; asOf: string | null }) {
  const texts = useTexts();
  const time = asOf === null ? null : timeOfDay(new Date(asOf), true);
  if (flow === 'stopped') {
    return (
      <p className="freshness freshness-stopped" role="status">
        <span aria-hidden="true">▲</span> {texts.stopped}
        {time !== null && <small>{texts.stoppedSince(time)}</small>}
      </p>
    );
  }
  return (
    <p className={`freshness freshness-${flow}`}>
      <span className="beacon" aria-hidden="true" /> {flow === 'live' ? texts.live : texts.connecting}
      {time !== null && <small>{texts.asOf(time)}</small>}
    </p>
  );
}

function Clock() {
  const texts = useTexts();
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className="clock">
      <time dateTime={now.toISOString().slice(0, 16)}>
        <span>{dayOf(now, texts)}</span> <b>{timeOfDay(now, false)}</b>
      </time>
    </p>
  );
}
