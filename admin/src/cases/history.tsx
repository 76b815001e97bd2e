import { Timeline } from 'antd';
import { tones, type Tone } from '../theme.ts';
import { ToneTag } from '../page/tone.tsx';
import { formatDate, formatInstant } from '../texts/formats.ts';
import { pick, useLocale, useTexts } from '../texts/texts.ts';
import type { CaseDetail } from './cases.ts';
import { stageName } from './definition.ts';

const stageTones: Record<CaseDetail['stages'][number]['status'], Tone> = {
  waiting: 'plain',
  open: 'waiting',
  done: 'good',
  skipped: 'plain',
};
const outcomeTones: Record<CaseDetail['decisions'][number]['outcome'], Tone> = {
  approve: 'good',
  return: 'info',
  decline: 'danger',
  pass: 'good',
  'hand-over': 'plain',
  countersign: 'plain',
  cancel: 'danger',
};

/** The route with its deadlines, every decision with who and why, and the timeline the member sees. */
export const History = ({ detail }: { detail: CaseDetail }) => {
  const t = useTexts();
  const locale = useLocale();
  return (
    <>
      <section className="panel" aria-label={t.cases.route}>
        <h2 className="section-title">{t.cases.route}</h2>
        <ol className="stages">
          {detail.stages.map((stage) => (
            <li key={stage.id}>
              <span className="grow">
                <strong>{stageName(detail, stage.id, stage.title)}</strong>{' '}
                <span className="quiet">{stage.union.name}</span>
              </span>
              {stage.dueOn && stage.status === 'open' ? (
                <span className="quiet nowrap">
                  {t.cases.due} {formatDate(stage.dueOn, locale)}
                </span>
              ) : null}
              <ToneTag tone={stage.overdue ? 'danger' : stageTones[stage.status]}>
                {stage.overdue ? t.cases.overdue : t.cases.stageStatus[stage.status]}
              </ToneTag>
            </li>
          ))}
        </ol>
        {detail.promisedOn ? (
          <p className="quiet">{t.cases.promised(formatDate(detail.promisedOn, locale))}</p>
        ) : null}
      </section>
      <section className="panel" aria-label={t.cases.history}>
        <h2 className="section-title">{t.cases.history}</h2>
        {detail.decisions.length === 0 ? <p className="quiet">{t.cases.noHistory}</p> : null}
        <ol className="decisions">
          {detail.decisions.map((decision) => (
            <li key={decision.id} className={decision.voided ? 'voided' : undefined}>
              <span className="row">
                <ToneTag tone={outcomeTones[decision.outcome]}>{t.cases.outcomes[decision.outcome]}</ToneTag>
                <span className="grow">
                  {decision.by}
                  {decision.actsFor ? t.cases.actsFor(decision.actsFor) : ''} · {decision.office}
                </span>
                {decision.voided ? <span className="quiet">{t.cases.voided}</span> : null}
              </span>
              <span className="quiet">
                {stageName(detail, decision.stage, decision.stageTitle)} ·{' '}
                {formatInstant(decision.at, locale)}
              </span>
              {decision.note ? <p>{decision.note}</p> : null}
            </li>
          ))}
        </ol>
      </section>
      <section className="panel" aria-label={t.cases.timeline}>
        <h2 className="section-title">{t.cases.timeline}</h2>
        <Timeline
          items={detail.timeline.map((entry, index) => ({
            key: index,
            color:
              entry.kind === 'expected'
                ? tones.plain
                : ['declined', 'cancelled', 'payment-failed'].includes(entry.kind)
                  ? tones.danger
                  : tones.good,
            content: (
              <>
                <div>{pick(entry.text, entry.textEn)}</div>
                <div className="quiet">
                  {entry.at
                    ? formatInstant(entry.at, locale)
                    : entry.dueOn
                      ? formatDate(entry.dueOn, locale)
                      : ''}
                </div>
                {entry.note ? <div>{entry.note}</div> : null}
              </>
            ),
          }))}
        />
      </section>
    </>
  );
};
