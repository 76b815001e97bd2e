import type { Field } from '@smart-union/catalogue-kit/fields/index.ts';
import type { FieldGroup } from '@smart-union/catalogue-kit/definition.ts';
import { Button } from '../../parts/Button.tsx';
import { dateText, moneyText } from '../../format.ts';
import { inLanguage, useTexts } from '../../texts/index.ts';
import type { Texts } from '../../texts/index.ts';
import type { Answers } from './draft.ts';
import './summary.css';

/** One answer as she reads it; sensitive ones only by their mask or their end. */
export function answerText(field: Field, value: unknown, sealed: string | undefined, texts: Texts): string {
  if (value === undefined || value === null || value === '') return sealed ?? '';
  if (field.kind === 'files') return texts.files.count((value as string[]).length);
  if (field.kind === 'bank-card') return `**** ${String(value).slice(-4)}`;
  if (field.kind === 'date') return dateText(String(value));
  if (field.kind === 'money') return moneyText(Number(value));
  if (field.kind === 'yes-no') return value ? texts.apply.yes : texts.apply.no;
  if (field.kind === 'choice') {
    const chosen = field.choices.find((choice) => choice.value === value);
    return chosen ? inLanguage(chosen.label, chosen.labelEn) : '';
  }
  return String(value);
}

/** All answers by group, each group with a way back to it. */
export function Summary({
  form,
  answers,
  sealed,
  faults = {},
  onChange,
}: {
  form: FieldGroup[];
  answers: Answers;
  sealed: Record<string, string>;
  faults?: Record<string, string>;
  onChange?: (step: number) => void;
}) {
  const texts = useTexts();
  return (
    <>
      {form.map((group, step) => (
        <section className="card" key={group.id} aria-label={inLanguage(group.title, group.titleEn)}>
          <div className="summary-head">
            <h2 className="summary-title">{inLanguage(group.title, group.titleEn)}</h2>
            {onChange ? (
              <Button
                look="quiet"
                label={`${texts.apply.change} ${inLanguage(group.title, group.titleEn)}`}
                onClick={() => onChange(step)}
              >
                {texts.apply.change}
              </Button>
            ) : null}
          </div>
          <dl className="summary">
            {group.fields.map((field) => {
              const text = answerText(field, answers[field.id], sealed[field.id], texts);
              return (
                <div className="summary-line" key={field.id}>
                  <dt className="summary-label">{inLanguage(field.label, field.labelEn)}</dt>
                  <dd className={`summary-value${text ? '' : ' quiet'}`}>
                    {text || texts.apply.notFilled}
                    {faults[field.id] ? <span className="field-fault">{faults[field.id]}</span> : null}
                  </dd>
                </div>
              );
            })}
          </dl>
        </section>
      ))}
    </>
  );
}
