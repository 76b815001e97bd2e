import { useState } from 'react';
import { addressOf } from './address.ts';
import { count, shortYuan } from './figures.ts';
import type { Overview, Place } from './overview.ts';
import { shortName, superiorsOf } from './short-name.ts';
import { useTexts } from './texts/texts.ts';
import type { Texts } from './texts/texts.ts';

type Measure = keyof Texts['chartBy'];
const measures: Measure[] = ['paid', 'members', 'hours'];
/** More columns than this cannot carry readable names. */
const columnsAtMost = 12;

const valueOf = (place: Place, measure: Measure): number => {
  if (measure === 'paid') return place.figures.paidThisYearFen;
  return measure === 'members' ? place.figures.members : (place.figures.medianHours ?? 0);
};

const written = (place: Place, measure: Measure, texts: Texts): string => {
  if (measure === 'paid') return shortYuan(place.figures.paidThisYearFen, texts);
  if (measure === 'members') return count(place.figures.members);
  return place.figures.medianHours === null ? '—' : texts.hours(place.figures.medianHours);
};

/** The places of the map side by side, as columns that lead down like the discs do. */
export function PlacesChart({ overview }: { overview: Overview }) {
  const texts = useTexts();
  const [measure, setMeasure] = useState<Measure>('paid');
  // One column compares with nothing; the map then takes the room.
  if (overview.places.length < 2) return null;
  const superiors = superiorsOf(overview);
  const ranked = [...overview.places].sort((a, b) => valueOf(b, measure) - valueOf(a, measure));
  const shown = ranked.slice(0, columnsAtMost);
  const most = Math.max(1, ...shown.map((place) => valueOf(place, measure)));
  return (
    <section className="chart" aria-label={texts.chart}>
      <div className="measures" role="group" aria-label={texts.chart}>
        {measures.map((each) => (
          <button key={each} type="button" aria-pressed={each === measure} onClick={() => setMeasure(each)}>
            {texts.chartBy[each]}
          </button>
        ))}
        {ranked.length > shown.length && (
          <span className="note">{texts.more(ranked.length - shown.length)}</span>
        )}
      </div>
      <ol className="columns">
        {shown.map((place) => (
          <li key={place.union.id}>
            <a
              href={addressOf(place.union.id)}
              title={place.union.name}
              aria-current={place.union.id === overview.union.id ? 'page' : undefined}
            >
              <b className="figure">{written(place, measure, texts)}</b>
              <span className="column" aria-hidden="true">
                <span style={{ height: `${Math.max(1, (valueOf(place, measure) / most) * 100)}%` }} />
              </span>
              <span className="column-name">
                {shortName(place.union.name, superiors).replace(/(街道|镇|乡)$/u, '')}
              </span>
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}
