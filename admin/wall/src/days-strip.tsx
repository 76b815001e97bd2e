import type { Overview } from './overview.ts';
import { useTexts } from './texts/texts.ts';

/** Claims and payments of the last thirty days: two thin columns a day. */
export function DaysStrip({ days }: { days: Overview['days'] }) {
  const texts = useTexts();
  const most = Math.max(1, ...days.map((day) => Math.max(day.claims, day.paid)));
  const height = (value: number): number => (value === 0 ? 0 : Math.max(2, (value / most) * 100));
  return (
    <figure className="days">
      <figcaption>
        {texts.days}
        <span className="key key-claims">{texts.daysClaims}</span>
        <span className="key key-paid">{texts.daysPaid}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${days.length * 10} 100`}
        preserveAspectRatio="none"
        role="img"
        aria-label={texts.days}
      >
        {days.map((day, index) => (
          <g key={day.on}>
            <title>{texts.dayTitle(day.on, day.claims, day.paid)}</title>
            <rect className="day-ground" x={index * 10 + 1} y={98.5} width={8} height={1.5} />
            <rect
              className="day-claims"
              x={index * 10 + 1}
              y={100 - height(day.claims)}
              width={3.6}
              height={height(day.claims)}
            />
            <rect
              className="day-paid"
              x={index * 10 + 5.4}
              y={100 - height(day.paid)}
              width={3.6}
              height={height(day.paid)}
            />
          </g>
        ))}
      </svg>
    </figure>
  );
}
