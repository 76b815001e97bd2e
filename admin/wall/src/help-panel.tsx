import { behind } from './behind.ts';
import { count, hoursFigure, percent, yuan } from './figures.ts';
import type { Overview } from './overview.ts';
import { RollingFigure } from './rolling-figure.tsx';
import { useLocale, useTexts } from './texts/texts.ts';

/** Right: what is being done for them, how fast, and with which money. */
export function HelpPanel({ overview }: { overview: Overview }) {
  const texts = useTexts();
  const english = useLocale() === 'en';
  const { figures, stages } = overview;
  const most = Math.max(1, ...stages.map((stage) => stage.count));
  return (
    <section className="panel help" aria-labelledby="help">
      <h2 id="help">{texts.help}</h2>
      <dl className="pairs pairs-large">
        <div>
          <dt>{texts.claimsToday}</dt>
          <dd>
            <a {...behind(overview, 'cases')}>
              <RollingFigure value={figures.claimsToday} format={count} />
            </a>
          </dd>
        </div>
        <div>
          <dt>{texts.paidToday}</dt>
          <dd className={figures.paidToday > 0 ? 'paid' : undefined}>
            <RollingFigure value={figures.paidToday} format={count} />
          </dd>
        </div>
      </dl>
      <div className="stages">
        <h3>
          {texts.inProgress} <b className="figure">{count(figures.inProgress)}</b>
        </h3>
        <ol>
          {stages.map((stage) => (
            <li key={stage.id}>
              <span>{english ? stage.titleEn : stage.title}</span>
              {stage.overdue > 0 && (
                <em>
                  <span aria-hidden="true">▲</span> {texts.overdue(count(stage.overdue))}
                </em>
              )}
              <b className="figure">{count(stage.count)}</b>
              <span className="meter" aria-hidden="true">
                <span style={{ width: `${(stage.count / most) * 100}%` }} />
              </span>
            </li>
          ))}
        </ol>
      </div>
      <Speed overview={overview} />
      <Money overview={overview} />
    </section>
  );
}

/** Median from claim to payment, drawn against the promise. */
function Speed({ overview }: { overview: Overview }) {
  const texts = useTexts();
  const { figures, promiseWorkingDays } = overview;
  const { medianHours } = figures;
  if (medianHours === null) {
    return (
      <div className="speed">
        <h3>{texts.medianHours}</h3>
        <p className="note">{texts.nothingPaid}</p>
      </div>
    );
  }
  const { figure, unit } = hoursFigure(medianHours, texts);
  const promisedHours = promiseWorkingDays === null ? null : promiseWorkingDays * 24;
  const scale = Math.max(promisedHours ?? 0, medianHours) * 1.35;
  const onTime = percent(figures.onTimeThisYearCount, figures.paidThisYearCount);
  return (
    <div className="speed">
      <h3>{texts.medianHours}</h3>
      <p className="median">
        <b className="figure">{figure}</b>
        <small>{unit}</small>
        {onTime !== null && (
          <span className="on-time">
            {texts.onTime} <b className="figure">{onTime}</b>
          </span>
        )}
      </p>
      <div className="bullet" aria-hidden="true">
        <span
          className={promisedHours !== null && medianHours > promisedHours ? 'late' : undefined}
          style={{ width: `${Math.max(0.8, (medianHours / scale) * 100)}%` }}
        />
        {promisedHours !== null && <i style={{ left: `${(promisedHours / scale) * 100}%` }} />}
      </div>
      {promiseWorkingDays !== null && <p className="note">{texts.promise(promiseWorkingDays)}</p>}
    </div>
  );
}

function Money({ overview }: { overview: Overview }) {
  const texts = useTexts();
  const { figures, funds } = overview;
  return (
    <div className="money">
      <h3>{texts.funds}</h3>
      <p className="median">
        <a {...behind(overview, 'funds')}>
          <RollingFigure value={figures.paidThisYearFen} format={yuan} />
        </a>
        <small>{texts.paidCount(count(figures.paidThisYearCount))}</small>
      </p>
      <ul>
        {funds.map((fund) => (
          <li key={fund.name}>
            <span>{fund.name}</span>
            <b className="figure">{yuan(fund.paidThisYearFen)}</b>
            {fund.availableFen !== null && (
              <small className="figure">{texts.fundLeft(yuan(fund.availableFen))}</small>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
