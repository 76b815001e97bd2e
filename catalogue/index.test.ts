import { assess, checkAnswers, definitionFaults, fieldsOf, matchesSearch } from '@smart-union/catalogue-kit';
import { parseDefinition } from '@smart-union/catalogue-kit/definition-schema.ts';
import { describe, expect, it } from 'vitest';
import { catalogue } from './index.ts';

/** As PostgreSQL's jsonb gives it back: keys by length, then by bytes. */
function asJsonb(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJsonb);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, asJsonb(inner)] as const);
  entries.sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

const facts = {
  today: '2026-11-21',
  member: { status: 'active', joinedOn: '2020-01-01', unionName: '春晖机电有限公司工会委员会' },
  uses: [],
} as const;

describe.each([...catalogue])('$title ($code)', (item) => {
  it('is data: the same after a trip through JSON', () => {
    expect(JSON.parse(JSON.stringify(item))).toStrictEqual(item);
  });

  it('is what the schema of stored definitions takes, and comes back unchanged', () => {
    expect(parseDefinition(JSON.parse(JSON.stringify(item)))).toStrictEqual(item);
  });

  it('means the same when the database has reordered its keys', () => {
    const stored = parseDefinition(asJsonb(item));
    expect(assess(stored, facts)).toEqual(assess(item, facts));
    expect(fieldsOf(stored).map((field) => field.id)).toEqual(fieldsOf(item).map((field) => field.id));
    expect(checkAnswers(stored, {}, facts).faults).toEqual(checkAnswers(item, {}, facts).faults);
  });

  it('fits together and cites a basis', () => {
    expect(definitionFaults(item)).toEqual([]);
    expect(item.basis.length).toBeGreaterThan(0);
  });

  it('is found by its title, by an everyday word and by pinyin', () => {
    expect(matchesSearch(item, item.title)).toBe(true);
    expect(item.keywords.some((word) => /^[a-z]+$/.test(word))).toBe(true);
    expect(item.keywords.some((word) => /\p{Script=Han}/u.test(word))).toBe(true);
    expect(matchesSearch(item, '绝不会出现的词')).toBe(false);
  });

  it('speaks English wherever it speaks Chinese', () => {
    const untranslated = [
      item.titleEn === undefined ? 'title' : null,
      item.summaryEn === undefined ? 'summary' : null,
      item.documentsEn?.length === item.documents.length ? null : 'documents',
      ...item.form.map((group) => (group.titleEn === undefined ? group.id : null)),
      ...fieldsOf(item).map((field) => (field.labelEn === undefined ? field.id : null)),
      ...fieldsOf(item).map((field) => (field.hint && !field.hintEn ? `${field.id} hint` : null)),
      ...item.route.map((stage) => (stage.titleEn === undefined ? stage.id : null)),
    ].filter((place) => place !== null);
    expect(untranslated).toEqual([]);
  });
});

it('gives every item its own code', () => {
  const codes = catalogue.map((item) => item.code);
  expect(new Set(codes).size).toBe(codes.length);
});

it('asks six things or fewer for the hospital consolation, photo first', () => {
  const hospital = catalogue.find((item) => item.code === 'hospital-consolation');
  const fields = hospital ? fieldsOf(hospital) : [];
  expect(fields.map((field) => field.kind)).toEqual(['files', 'text', 'date', 'date', 'text', 'bank-card']);
  expect(fields.filter((field) => field.sensitive).map((field) => field.id)).toEqual([
    'diagnosis',
    'bankCard',
  ]);
});
