import { givenSealed, type Field } from '@smart-union/catalogue-kit';
import { Bad, Good } from '../page/icons.tsx';
import { formatDate, formatMoney } from '../texts/formats.ts';
import { pick, useLocale, useTexts, type Locale, type Texts } from '../texts/texts.ts';
import type { CaseDetail } from './cases.ts';
import { definitionOf } from './definition.ts';
import { OpenableField } from './openable-field.tsx';

/** What the rules say about this case, with the datum behind each, then what the applicant filled in. */
export const Assessment = ({ detail }: { detail: CaseDetail }) => {
  const t = useTexts();
  const locale = useLocale();
  const bad = detail.checks.filter((check) => !check.ok).length;
  const fields = definitionOf(detail.definition).fields.filter((field) => field.kind !== 'files');
  return (
    <>
      <section className="panel" aria-label={t.cases.checks}>
        <h2 className="section-title">
          {t.cases.checks}
          <span className="section-note" style={{ color: bad === 0 ? '#2e7d4f' : '#b42318' }}>
            {bad === 0 ? t.cases.checksOk(detail.checks.length) : t.cases.checksBad(bad)}
          </span>
        </h2>
        <ul className="checks">
          {detail.checks.map((check) => (
            <li key={check.rule}>
              <span style={{ color: check.ok ? '#2e7d4f' : '#b42318' }} aria-hidden="true">
                {check.ok ? <Good /> : <Bad />}
              </span>
              <span>
                <span className="visually-hidden">{check.ok ? '✔' : '✘'} </span>
                {pick(check.reason, check.reasonEn)}
                {check.datum && locale === 'zh-CN' && !check.reason.includes(check.datum) ? (
                  <span className="quiet"> {check.datum}</span>
                ) : null}
              </span>
            </li>
          ))}
        </ul>
      </section>
      <section className="panel" aria-label={t.cases.answers}>
        <h2 className="section-title">{t.cases.answers}</h2>
        <dl className="facts">
          {fields.map((field) => (
            <div key={field.id} className="fact">
              <dt>{pick(field.label, field.labelEn)}</dt>
              <dd>
                {isSealed(field) ? (
                  <OpenableField
                    detail={detail}
                    field={field.id}
                    name={pick(field.label, field.labelEn)}
                    masked={maskOf(detail.answers[field.id])}
                  />
                ) : (
                  answerText(field, detail.answers[field.id], t, locale)
                )}
              </dd>
            </div>
          ))}
        </dl>
      </section>
    </>
  );
};

const isSealed = (field: Field): boolean => field.sensitive === true;

const maskOf = (answer: unknown): string | null =>
  typeof answer === 'string' && answer !== ''
    ? pick(answer, answer === givenSealed.zh ? givenSealed.en : null)
    : answer == null
      ? null
      : '******';

/** An answer as a person reads it; kinds without words of their own fall back to their text. */
const answerText = (field: Field, answer: unknown, t: Texts, locale: Locale): string => {
  if (answer === undefined || answer === null || answer === '') return t.common.unknown;
  if (field.kind === 'date') return formatDate(String(answer), locale);
  if (field.kind === 'money') return formatMoney(Number(answer));
  if (field.kind === 'yes-no') return answer === true ? t.common.yes : t.common.no;
  if (field.kind === 'choice') {
    const chosen = field.choices.find((choice) => choice.value === answer);
    return chosen ? pick(chosen.label, chosen.labelEn) : String(answer);
  }
  return String(answer);
};
