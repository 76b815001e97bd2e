import { useMemo, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { count } from '../figures.ts';
import type { Moment, Overview, Place } from '../overview.ts';
import { shortName, superiorsOf } from '../short-name.ts';
import { useTexts } from '../texts/texts.ts';
import { useGround } from '../use-ground.ts';
import { layOut, threads } from './layout.ts';
import { neighbour } from './steer.ts';
import { Disc } from './disc.tsx';

/**
 * The centre of the wall: unions as sized discs on a plain ground, north up. `pulses` are the moments of the last
 * seconds; each pulses in the smallest disc or grain that belongs to it.
 */
export function UnionMap({ overview, pulses }: { overview: Overview; pulses: Moment[] }) {
  const texts = useTexts();
  const frame = useRef<HTMLDivElement>(null);
  const ground = useGround(frame);
  const { places } = overview;
  const superiors = useMemo(() => superiorsOf(overview), [overview]);
  const nameOf = (place: Place): string => shortName(place.union.name, superiors);
  const labelOf = (place: Place): string => `${nameOf(place)}  ${count(place.figures.members)}`;
  const spots = useMemo(
    () => (ground === null ? [] : layOut(places, ground, labelOf)),
    // Labels follow from the places; figures that tick must not rearrange what is already on the screen.
    [ground, places.map((place) => `${place.union.id}:${place.figures.members}`).join()],
  );
  const placeOf = new Map(places.map((place) => [place.union.id, place]));
  const below = places.some((place) => place.union.id === overview.union.id) ? overview.union.id : null;

  const steer = (event: KeyboardEvent): void => {
    const from = event.target instanceof Element ? event.target.closest('[data-union]') : null;
    const id = neighbour(spots, from?.getAttribute('data-union') ?? '', event.key);
    if (id === null) return;
    event.preventDefault();
    frame.current?.querySelector<SVGElement>(`[data-union="${id}"]`)?.focus();
  };

  return (
    <div className="map" ref={frame}>
      {ground !== null && (
        <svg
          width={ground.width}
          height={ground.height}
          role="group"
          aria-label={texts.map(overview.union.name)}
          onKeyDown={steer}
        >
          <desc>{texts.mapHint}</desc>
          <defs>
            <pattern id="ground" width={ground.line} height={ground.line} patternUnits="userSpaceOnUse">
              <circle cx={ground.line / 2} cy={ground.line / 2} r={ground.line / 22} className="ground-dot" />
            </pattern>
            <radialGradient id="ground-light">
              <stop offset="0" stopColor="#fff" />
              <stop offset="1" stopColor="#fff" stopOpacity="0.12" />
            </radialGradient>
            <mask id="ground-fade">
              <rect width="100%" height="100%" fill="url(#ground-light)" />
            </mask>
          </defs>
          <rect width="100%" height="100%" fill="url(#ground)" mask="url(#ground-fade)" />
          {threads(spots).map(([a, b]) => (
            <line
              key={`${a.place.union.id} ${b.place.union.id}`}
              className="thread"
              x1={a.x}
              y1={a.y}
              x2={b.x}
              y2={b.y}
            />
          ))}
          {spots.map((spot) => (
            <Disc
              key={spot.place.union.id}
              spot={{ ...spot, place: placeOf.get(spot.place.union.id) ?? spot.place }}
              name={nameOf(spot.place)}
              superiors={[spot.place.union.name, ...superiors]}
              state={below === null ? 'plain' : below === spot.place.union.id ? 'focus' : 'aside'}
              pulses={pulses.filter((moment) => moment.unionIds.includes(spot.place.union.id))}
              line={ground.line}
            />
          ))}
        </svg>
      )}
      <ul className="legend">
        <li>{texts.legendDisc}</li>
        {places.some((place) => place.grains.length > 0) && <li>{texts.legendGrain}</li>}
        <li className="legend-paid">{texts.legendPaid}</li>
        <li>{texts.sketch}</li>
      </ul>
    </div>
  );
}
