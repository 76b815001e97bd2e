import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerValue } from '../facts.ts';
import { fileFault, fileTypeOf, MAX_FILE_BYTES } from './files.ts';
import type { Field } from './index.ts';
import { field, fieldKinds, maskAnswer, rulesOf } from './index.ts';

const context = {
  today: '2026-11-21',
  answers: { admittedOn: '2026-11-02' },
  labelOf: () => ({ label: '入院日期', labelEn: 'Admitted on' }),
};

/** What becomes of one raw answer: the kept value, the reason it is refused, or null for nothing entered. */
function outcome(one: Field, raw: unknown): AnswerValue | { reason: string } | null {
  const rules = rulesOf(one);
  const read = rules.read(one, raw);
  if ('empty' in read) return null;
  if ('fault' in read) return { reason: read.fault.reason };
  const fault = rules.fault(one, read.value, context);
  return fault ? { reason: fault.reason } : read.value;
}

const refused = (reason: string) => ({ reason: expect.stringContaining(reason) as string });

describe('text', () => {
  const hospital = field.text('hospital', '医院名称', { minLength: 2, maxLength: 6 });
  it.each([
    ['  海陵  医院 ', '海陵 医院'],
    ['海陵\u202e医院', '海陵医院'],
    ['海\u0000陵\u200b医院', '海陵医院'],
    ['𠮷𠮷𠮷𠮷𠮷𠮷', '𠮷𠮷𠮷𠮷𠮷𠮷'],
    ['\ud800海陵', '海陵'],
    ['a\nb', 'a b'],
    ['=1+1', '=1+1'],
    ['   ', null],
    [null, null],
    ['院', refused('至少写 2 个字')],
    ['海陵区春晖医院', refused('最多 6 个字，现在是 7 个字')],
    [42, refused('应为文字')],
  ])('%j → %j', (raw, expected) => {
    expect(outcome(hospital, raw)).toEqual(expected);
  });
});

describe('long text', () => {
  const guests = field.longText('guests', '来宾名单', { maxLength: 10 });
  it.each([
    ['张三 \r\n\r\n\r\n\r\n 李四', '张三\n\n李四'],
    ['一二三四五六七八九十一', refused('最多 10 个字')],
  ])('%j → %j', (raw, expected) => {
    expect(outcome(guests, raw)).toEqual(expected);
  });
});

describe('date', () => {
  const discharged = field.date('dischargedOn', '出院日期', { notBefore: 'admittedOn', notAfter: 'today' });
  it.each([
    ['2026-11-09', '2026-11-09'],
    [' ２０２６-１１-０９ ', '2026-11-09'],
    ['2026-11-02', '2026-11-02'],
    ['2026-11-21', '2026-11-21'],
    ['', null],
    ['2026-11-01', refused('不能早于入院日期（2026年11月2日）')],
    ['2026-11-22', refused('不能晚于今天')],
    ['2026-02-30', refused('真实存在的日期')],
    ['2026/11/09', refused('真实存在的日期')],
    [20261109, refused('真实存在的日期')],
  ])('%j → %j', (raw, expected) => {
    expect(outcome(discharged, raw)).toEqual(expected);
  });

  it('takes a fixed day, and ignores a bound whose field is empty', () => {
    const one = field.date('a', '日期', { notBefore: '2018-01-01', notAfter: 'unanswered' });
    expect(outcome(one, '2017-12-31')).toEqual(refused('不能早于 2018年1月1日'));
    expect(outcome(one, '2030-01-01')).toBe('2030-01-01');
  });
});

describe('number', () => {
  const people = field.number('people', '人数', { min: 1, max: 50, unit: '人' });
  it.each([
    [5, 5],
    [' １２ ', 12],
    ['', null],
    [0, refused('不能小于 1 人')],
    [51, refused('不能大于 50 人')],
    [1.5, refused('请填整数')],
    ['很多', refused('应为数字')],
    [Number.NaN, refused('应为数字')],
    [true, refused('应为数字')],
  ])('%j → %j', (raw, expected) => {
    expect(outcome(people, raw)).toEqual(expected);
  });

  it('keeps the decimals it allows', () => {
    const area = field.number('area', '面积', { decimals: 1 });
    expect(outcome(area, '12.5')).toBe(12.5);
    expect(outcome(area, '12.55')).toEqual(refused('最多保留 1 位小数'));
  });
});

describe('money', () => {
  const cost = field.money('cost', '自付金额', { minFen: 100, maxFen: 1_000_000 });
  it.each([
    [12_345, 12_345],
    [99, refused('不能少于 ¥1')],
    [1_000_001, refused('不能超过 ¥10,000')],
    [1.5, refused('应为金额')],
    [-1, refused('应为金额')],
    ['100', refused('应为金额')],
  ])('%j → %j', (raw, expected) => {
    expect(outcome(cost, raw)).toEqual(expected);
  });
});

describe('choice and yes-no', () => {
  const flavour = field.choice('flavour', '口味', { choices: [{ value: 'cream', label: '奶油' }] });
  const agree = field.yesNo('agree', '以上内容属实', { mustBeYes: true });
  it('keeps what is listed and nothing else', () => {
    expect(outcome(flavour, 'cream')).toBe('cream');
    expect(outcome(flavour, 'mud')).toEqual(refused('列出的选项之一'));
    expect(outcome(flavour, ['cream'])).toEqual(refused('列出的选项之一'));
  });

  it('takes true and false only, and insists on a declaration', () => {
    expect(outcome(agree, true)).toBe(true);
    expect(outcome(agree, false)).toEqual(refused('需要勾选“以上内容属实”'));
    expect(outcome(agree, 'true')).toEqual(refused('“是”或“否”'));
  });
});

describe('files', () => {
  const receipts = field.files('receipts', '住院票据', { types: ['jpeg', 'pdf'], maxCount: 2 });
  it.each([
    [
      ['a', 'b', 'a'],
      ['a', 'b'],
    ],
    [[], null],
    [['a', 'b', 'c'], refused('最多 2 份，现在是 3 份')],
    ['a', refused('应为已上传的文件')],
    [[1], refused('应为已上传的文件')],
  ])('%j → %j', (raw, expected) => {
    expect(outcome(receipts, raw)).toEqual(expected);
  });

  it('refuses a file before it is sent', () => {
    expect(fileFault(receipts, { type: 'jpeg', sizeBytes: MAX_FILE_BYTES })).toBeNull();
    expect(fileFault(receipts, { type: 'jpeg', sizeBytes: MAX_FILE_BYTES + 1 })?.reason).toContain('20 MB');
    expect(fileFault(receipts, { type: 'pdf', sizeBytes: 0 })?.reason).toContain('空的');
    expect(fileFault(receipts, { type: 'png', sizeBytes: 10 })?.reason).toContain('JPEG、PDF');
    expect(fileFault(receipts, { type: null, sizeBytes: 10 })?.reason).toContain('JPEG、PDF');
  });

  it('knows media types', () => {
    expect(fileTypeOf('image/heif')).toBe('heic');
    expect(fileTypeOf('application/pdf')).toBe('pdf');
    expect(fileTypeOf('image/svg+xml')).toBeNull();
  });
});

describe('sealed kinds', () => {
  const card = field.bankCard('card', '银行卡号');
  const id = field.idNumber('id', '身份证号');
  it('reads them as people type them', () => {
    expect(outcome(card, '6222 0200-0000 0000 018')).toBe('6222020000000000018');
    expect(outcome(id, ' 11010519491231002x ')).toBe('11010519491231002X');
  });

  it('refuses a wrong check digit', () => {
    expect(outcome(card, '6222020000000000028')).toEqual(refused('银行卡号不对'));
    expect(outcome(id, '110105194912310021')).toEqual(refused('校验位不对'));
  });

  it('is always sensitive, and shows only its ends', () => {
    expect([card.sensitive, id.sensitive]).toEqual([true, true]);
    expect(maskAnswer(card, '6222020000000000018')).toBe('**** 0018');
    expect(maskAnswer(id, '11010519491231002X')).toBe('11010519******002X');
    expect(maskAnswer(field.text('d', '诊断', { sensitive: true }), '阑尾炎')).not.toContain('阑尾炎');
  });
});

it('takes any JSON at all in any field without throwing', () => {
  const fields: Field[] = [
    field.text('a', '甲'),
    field.longText('a', '甲'),
    field.date('a', '甲', { notAfter: 'today' }),
    field.number('a', '甲'),
    field.money('a', '甲'),
    field.choice('a', '甲', { choices: [{ value: 'x', label: '乙' }] }),
    field.yesNo('a', '甲'),
    field.files('a', '甲'),
    field.bankCard('a', '甲'),
    field.idNumber('a', '甲'),
  ];
  expect(fields.map((one) => one.kind)).toEqual(Object.keys(fieldKinds));
  fc.assert(
    fc.property(
      fc.constantFrom(...fields),
      fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })),
      (one, raw) => {
        const result = outcome(one, raw);
        if (result !== null && typeof result === 'object' && 'reason' in result) {
          expect(result.reason).toMatch(/。$/);
        }
      },
    ),
  );
});
