import {
  amountText,
  fieldKinds,
  findField,
  limitText,
  ruleKinds,
  type Field,
  type ItemDefinition,
  type Rule,
} from '@smart-union/catalogue-kit';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Tag } from 'antd';
import type { ReactNode } from 'react';
import { definitionOf } from '../cases/definition.ts';
import { PageHead } from '../page/page-head.tsx';
import { Await } from '../page/states.tsx';
import { formatPlainDate } from '../texts/formats.ts';
import { pick, useLocale, useTexts } from '../texts/texts.ts';
import { itemQuery } from './catalogue.ts';

/** One item as an official reads it: sum, how often, who, what to fill in, who decides by when, and on what basis. */
export const ItemPage = () => {
  const t = useTexts();
  const { code } = useParams({ strict: false }) as { code: string };
  const item = useQuery(itemQuery(code));
  return (
    <Await of={item}>
      {(data) => {
        const definition = definitionOf(data.definition);
        return (
          <>
            <PageHead
              title={pick(definition.title, definition.titleEn)}
              note={t.catalogue.version(data.version)}
            />
            <div className="two-columns">
              <div className="stack">
                <Terms definition={definition} />
                <Section title={t.catalogue.eligibility}>
                  <ul className="plain-list">
                    {definition.eligibility.map((rule, index) => (
                      <li key={index}>{ruleText(rule, definition)}</li>
                    ))}
                  </ul>
                </Section>
                <Stages definition={definition} />
              </div>
              <FormFields definition={definition} />
            </div>
          </>
        );
      }}
    </Await>
  );
};

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="panel" aria-label={title}>
    <h2 className="section-title">{title}</h2>
    {children}
  </section>
);

const Terms = ({ definition }: { definition: ItemDefinition }) => {
  const t = useTexts();
  const locale = useLocale();
  const said = (text: { zh: string; en: string }): string => pick(text.zh, text.en);
  const rows: [string, ReactNode][] = [];
  if (definition.kind === 'benefit') {
    const { amount, payout } = definition;
    rows.push([
      t.catalogue.amount,
      amount.rows.map((row) => (
        <div key={row.from}>
          <strong>{said(amountText(amount, row.fen))}</strong>{' '}
          <span className="quiet">
            {t.catalogue.since(formatPlainDate(row.from, locale))} {row.basis}
          </span>
        </div>
      )),
    ]);
    rows.push([
      t.catalogue.payout,
      [payout.channel, ...(payout.alternatives ?? [])]
        .map((channel) => t.cases.channels[channel])
        .join(' / '),
    ]);
  }
  if (definition.limit) rows.push([t.catalogue.limit, said(limitText(definition.limit))]);
  rows.push([t.catalogue.promise, t.catalogue.promiseText(definition.promise.workingDays)]);
  rows.push([
    t.catalogue.basis,
    definition.basis.map((basis) => (
      <div key={basis.title}>
        {pick(basis.title, basis.titleEn)}
        <span className="quiet">
          {' '}
          {t.catalogue.since(formatPlainDate(basis.from, locale))} {basis.source}
        </span>
      </div>
    )),
  ]);
  rows.push([t.catalogue.retain, t.catalogue.years(definition.retain.years)]);
  return (
    <section className="panel" aria-label={pick(definition.title, definition.titleEn)}>
      <p style={{ marginTop: 0 }}>{pick(definition.summary, definition.summaryEn)}</p>
      <dl className="facts">
        {rows.map(([name, value]) => (
          <div className="fact" key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
};

/** A rule in words: its name, and each parameter under the name the kit gives it. */
const ruleText = (rule: Rule, definition: ItemDefinition): string => {
  const kind = ruleKinds[rule.rule];
  const specs = kind.params as Record<string, { label: string; labelEn: string; type: string }>;
  const given = rule.params as Record<string, unknown>;
  // In the kit's order: a stored definition comes back in another.
  const params = Object.entries(specs).flatMap(([name, spec]) => {
    if (given[name] === undefined) return [];
    const field = spec.type === 'field' ? findField(definition, String(given[name])) : null;
    const shown = field ? pick(`「${field.label}」`, field.labelEn ?? field.label) : String(given[name]);
    return pick(`${spec.label}：${shown}`, `${spec.labelEn}: ${shown}`);
  });
  const words = pick(kind.title, kind.titleEn);
  return params.length === 0
    ? words
    : `${words}${pick(`（${params.join('，')}）`, ` (${params.join(', ')})`)}`;
};

const Stages = ({ definition }: { definition: ItemDefinition }) => {
  const t = useTexts();
  return (
    <Section title={t.catalogue.route}>
      <ol className="stages">
        {definition.route.map((stage) => (
          <li key={stage.id}>
            <span className="grow">
              <strong>{pick(stage.title, stage.titleEn)}</strong>{' '}
              <span className="quiet">{t.catalogue.places[stage.at]}</span>
              {stage.distinctFrom?.length ? <div className="quiet">{t.catalogue.distinct}</div> : null}
            </span>
            <span className="quiet nowrap">{t.catalogue.dueIn(stage.dueInWorkingDays)}</span>
          </li>
        ))}
      </ol>
    </Section>
  );
};

const FormFields = ({ definition }: { definition: ItemDefinition }) => {
  const t = useTexts();
  const kindOf = (field: Field): string => pick(fieldKinds[field.kind].title, fieldKinds[field.kind].titleEn);
  return (
    <Section title={t.catalogue.form}>
      {definition.form.map((group) => (
        <div key={group.id}>
          <h3 className="group-title">{pick(group.title, group.titleEn)}</h3>
          <ul className="plain-list">
            {group.fields.map((field) => (
              <li key={field.id}>
                <span className="row">
                  <strong>{pick(field.label, field.labelEn)}</strong>
                  <Tag>{kindOf(field)}</Tag>
                  <span className="quiet">
                    {field.required ? t.catalogue.required : t.catalogue.optional}
                  </span>
                </span>
                {field.hint ? <div className="quiet">{pick(field.hint, field.hintEn)}</div> : null}
                {field.sensitive ? <div className="quiet">{t.catalogue.sensitive}</div> : null}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </Section>
  );
};
