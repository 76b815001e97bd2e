import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineBenefit } from './define-item.ts';
import { definitionSchema, parseDefinition } from './definition-schema.ts';
import { birthdayCake } from './testing/birthday-cake.ts';

type Draft = Record<string, unknown> & {
  form: { fields: Record<string, unknown>[] }[];
  route: Record<string, unknown>[];
  eligibility: Record<string, unknown>[];
  basis: Record<string, unknown>[];
};

/** A stored definition with something changed. */
function draft(change: (stored: Draft) => void): Draft {
  const stored = JSON.parse(JSON.stringify(birthdayCake)) as Draft;
  change(stored);
  return stored;
}

function messages(stored: unknown): string[] {
  const parsed = definitionSchema.safeParse(stored);
  return parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
}

/** The path of everything in a value, the value itself left out. */
function placesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [...path, key],
    ...placesOf(inner, [...path, key]),
  ]);
}

function put(target: unknown, path: readonly string[], value: unknown): void {
  let at = target as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[path.at(-1) ?? ''] = value;
}

describe('the schema of stored definitions', () => {
  it('gives back what it was given', () => {
    expect(parseDefinition(draft(() => {}))).toStrictEqual(birthdayCake);
  });

  it.each<[string, (stored: Draft) => void, string]>([
    ['no title', (d) => (d['title'] = ' '), 'title: 请填写项目名称'],
    ['a code with capitals', (d) => (d['code'] = 'Birthday'), 'code: 编号只能用小写字母'],
    ['no kind', (d) => delete d['kind'], 'kind: 请选择项目类别'],
    ['no basis', (d) => (d.basis = []), 'basis: 请写明依据'],
    [
      'a basis that ends before it begins',
      (d) => (d.basis[0]!['to'] = '2019-01-01'),
      'basis.0.to: 截止日期早于',
    ],
    ['a date that is not', (d) => (d.basis[0]!['from'] = '2020-02-30'), 'basis.0.from: 日期应写成'],
    ['no life event', (d) => delete d['lifeEvent'], 'lifeEvent: 请选择所属的生活事项'],
    ['an unknown field kind', (d) => (d.form[0]!.fields[0]!['kind'] = 'colour'), '填写项的类型不在支持之列'],
    [
      'a misspelt constraint',
      (d) => (d.form[0]!.fields[0]!['notbefore'] = '2020-01-01'),
      'form.0.fields.0: 这里不能有“notbefore”',
    ],
    [
      'a bound on no field',
      (d) => (d.form[0]!.fields[0]!['notAfter'] = 'cleanedOn'),
      'form.0.fields.0.notAfter: “cleanedOn”不是日期',
    ],
    [
      'a bank card that is not sealed',
      (d) => (d.form[1]!.fields.at(-1)!['sensitive'] = false),
      '银行卡号和身份证号必须加密保存',
    ],
    [
      'a field twice',
      (d) => d.form[1]!.fields.push(d.form[0]!.fields[0]!),
      'form.1.fields.6.id: 填写项编号“partyOn”重复',
    ],
    ['a field called today', (d) => (d.form[0]!.fields[4]!['id'] = 'today'), '“today”有专门含义'],
    [
      'one choice',
      (d) => (d.form[0]!.fields[2]!['choices'] = [{ value: 'a', label: '甲' }]),
      'form.0.fields.2.choices: 至少要有两个选项',
    ],
    [
      'an unknown rule',
      (d) => (d.eligibility[0] = { rule: 'isNice', params: {} }),
      'eligibility.0.rule: 申请条件不在支持之列',
    ],
    [
      'a rule without its parameter',
      (d) => (d.eligibility[1]!['params'] = {}),
      'eligibility.1.params.months: 月数应为整数',
    ],
    [
      'a rule on a field of another kind',
      (d) => (d.eligibility[0] = { rule: 'appliedWithin', params: { days: 3, of: 'wish' } }),
      'eligibility.0.params.of: 填写项“愿望”的类型不能用在这里',
    ],
    [
      'a limit of none',
      (d) => (d['limit'] = { times: 0, per: 'lifetime', countedBy: 'submittedOn' }),
      'limit.times',
    ],
    [
      'a limit counted by no field',
      (d) => (d['limit'] = { times: 1, per: 'lifetime', countedBy: 'eatenOn' }),
      'limit.countedBy: 表单里没有日期项“eatenOn”',
    ],
    [
      'a sum that is not whole fen',
      (d) => (d['amount'] = { kind: 'fixed', rows: [{ from: '2020-01-01', fen: 0.5 }] }),
      'amount.rows.0.fen: 金额（分）应为整数',
    ],
    ['no stage', (d) => (d.route = []), 'route: 至少要有一个办理环节'],
    ['a stage twice', (d) => (d.route[1]!['id'] = 'taste'), 'route.1: 环节编号“taste”重复'],
    [
      'four eyes towards a later stage',
      (d) => (d.route[0]!['distinctFrom'] = ['cut']),
      'route.0: 环节“试吃”要回避的环节“cut”不在它之前',
    ],
    [
      'a stage that cannot pass',
      (d) => (d.route[0]!['outcomes'] = ['decline']),
      'route.0: 环节“试吃”必须能够通过',
    ],
    [
      'four eyes and passing by itself',
      (d) => (d.route[2]!['passIfSameApprover'] = true),
      'route.2: 环节“切蛋糕”不能既要求回避或会签',
    ],
    [
      'a condition on no field',
      (d) => (d.route[1]!['when'] = { condition: 'answerIs', params: { field: 'sparklers', value: true } }),
      'route.1.when.params.field: 表单里没有填写项“sparklers”',
    ],
    ['money of an item that does not pay', (d) => (d['kind'] = 'honour'), '这里不能有“amount”“payout”'],
  ])('refuses %s', (_, change, message) => {
    expect(messages(draft(change)).join('\n')).toContain(message);
  });

  it('complains in Chinese whatever is put wherever', () => {
    const places = placesOf(JSON.parse(JSON.stringify(birthdayCake)));
    const junk = fc.constantFrom<unknown[]>(
      null,
      7,
      -0.5,
      'x'.repeat(999),
      '',
      true,
      [],
      [null],
      {},
      undefined,
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), junk, (path, value) => {
        for (const message of messages(draft((stored) => put(stored, path, value)))) {
          expect(message).toMatch(/: [^:]*\p{Script=Han}/u);
          expect(message).not.toMatch(/[Ii]nvalid|expected|Unrecognized/);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it.each([null, [], 'x', 3])('refuses %j', (stored) => {
    expect(messages(stored)).not.toEqual([]);
  });
});

describe('defineItem', () => {
  it('owns a copy of everything in it', () => {
    const copy = defineBenefit({ ...birthdayCake });
    expect(copy).toStrictEqual(birthdayCake);
    expect(copy.route[0]).not.toBe(birthdayCake.route[0]);
  });

  it('refuses parts that do not fit together, naming them all', () => {
    const broken = () =>
      defineBenefit({
        ...birthdayCake,
        limit: { times: 1, per: 'lifetime', countedBy: 'eatenOn' },
        route: [...birthdayCake.route, ...birthdayCake.route],
      });
    expect(broken).toThrow(
      /birthday-cake[\s\S]*route\.3[\s\S]*eatenOn|birthday-cake[\s\S]*eatenOn[\s\S]*route\.3/,
    );
  });
});
