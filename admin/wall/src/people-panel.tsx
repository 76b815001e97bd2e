import { behind } from './behind.ts';
import { count, percent } from './figures.ts';
import type { Overview } from './overview.ts';
import { RollingFigure } from './rolling-figure.tsx';
import { useTexts } from './texts/texts.ts';

/** Left: who is in the unions of this place. */
export function PeoplePanel({ overview }: { overview: Overview }) {
  const texts = useTexts();
  const { figures, segments } = overview;
  const coverage = percent(figures.members, figures.employees);
  return (
    <section className="panel people" aria-labelledby="people">
      <div>
        <h2 id="people">{texts.people}</h2>
        <p className="hero">
          <a {...behind(overview, 'members')}>
            <RollingFigure value={figures.members} format={count} />
          </a>
          <small>{texts.membersUnit}</small>
        </p>
      </div>
      <dl className="pairs">
        <div>
          <dt>{texts.joinedToday}</dt>
          <dd className={figures.joinedToday > 0 ? 'up' : undefined}>
            {figures.joinedToday > 0 && <span aria-hidden="true">+</span>}
            <RollingFigure value={figures.joinedToday} format={count} />
          </dd>
        </div>
        <div>
          <dt>{texts.joinedThisYear}</dt>
          <dd>
            <RollingFigure value={figures.joinedThisYear} format={count} />
          </dd>
        </div>
        <div>
          <dt>{texts.unions}</dt>
          <dd>
            <a {...behind(overview, 'unions')}>
              <RollingFigure value={figures.unions} format={count} />
            </a>
          </dd>
        </div>
      </dl>
      <div className="coverage">
        <h3>
          {texts.coverage} <b className="figure">{coverage ?? '—'}</b>
        </h3>
        <Meter share={figures.employees > 0 ? figures.members / figures.employees : 0} />
        <p className="note">
          {coverage === null
            ? texts.coverageUnknown
            : texts.coverageDetail(count(figures.members), count(figures.employees))}
        </p>
      </div>
      <div className="segments">
        <h3>{texts.segments}</h3>
        <ul>
          {segments.map((segment) => (
            <li key={segment.code}>
              <span>{texts.segment[segment.code] ?? segment.title}</span>
              <b className="figure">{count(segment.count)}</b>
              <i className="figure">{percent(segment.count, figures.members) ?? '—'}</i>
              <Meter share={figures.members > 0 ? segment.count / figures.members : 0} />
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function Meter({ share }: { share: number }) {
  return (
    <span className="meter" aria-hidden="true">
      <span style={{ width: `${Math.min(100, Math.max(share > 0 ? 0.8 : 0, share * 100))}%` }} />
    </span>
  );
}
