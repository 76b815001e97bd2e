import { dayOf, timeOfDay } from './figures.ts';
import type { Moment } from './overview.ts';
import { useLocale, useTexts } from './texts/texts.ts';
import type { Texts } from './texts/texts.ts';

/** Bottom: what just happened, newest first, without names. */
export function Ticker({ moments }: { moments: Moment[] }) {
  const texts = useTexts();
  const english = useLocale() === 'en';
  return (
    <section className="ticker" aria-label={texts.latest}>
      <h2>{texts.latest}</h2>
      {moments.length === 0 ? (
        <p className="note">{texts.noMoments}</p>
      ) : (
        <ol>
          {moments.slice(0, 6).map((moment) => (
            <li key={moment.id} className={`moment moment-${moment.kind}`}>
              <time dateTime={moment.at}>{whenOf(new Date(moment.at), texts)}</time>
              {english ? moment.textEn : moment.text}
            </li>
          ))}
        </ol>
      )}
      <p className="note privacy">{texts.privacyNote}</p>
    </section>
  );
}

/** The time of day; before it the day, when it is not today's. */
function whenOf(at: Date, texts: Texts): string {
  const time = timeOfDay(at, false);
  const day = dayOf(at, texts);
  return day === dayOf(new Date(), texts) ? time : `${day} ${time}`;
}
