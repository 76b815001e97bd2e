import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkAnswers } from './check-answers.ts';
import { birthdayCake } from './testing/birthday-cake.ts';

const today = '2026-11-21';
const whole = {
  partyOn: '2026-11-20',
  flavour: 'cream',
  withCandles: false,
  wish: '涨工资',
  card: '6222020000000000018',
};

describe('checkAnswers', () => {
  it('takes a whole form and keeps the answers', () => {
    expect(checkAnswers(birthdayCake, whole, { today })).toEqual({ ok: true, answers: whole, faults: [] });
  });

  it('drops what the form does not ask', () => {
    const raw = { ...whole, amountFen: 1_000_000, status: 'approved', __proto__: { tidiedOn: 'x' } };
    expect(checkAnswers(birthdayCake, raw, { today }).answers).toEqual(whole);
  });

  it('lists what is missing, in the order of the form, with the word for each kind', () => {
    expect(checkAnswers(birthdayCake, {}, { today }).faults).toEqual([
      { field: 'partyOn', reason: '请选择生日会日期。', reasonEn: 'Please fill in: Party date.' },
      { field: 'flavour', reason: '请选择口味。', reasonEn: 'Please fill in: Flavour.' },
      { field: 'withCandles', reason: '请选择要蜡烛。', reasonEn: 'Please fill in: With candles.' },
      { field: 'wish', reason: '请填写愿望。', reasonEn: 'Please fill in: Wish.' },
      { field: 'card', reason: '请填写银行卡号。', reasonEn: 'Please fill in: Bank card.' },
    ]);
  });

  it('compares with another field by the name people see', () => {
    const { faults } = checkAnswers(birthdayCake, { ...whole, tidiedOn: '2026-11-19' }, { today });
    expect(faults).toEqual([
      {
        field: 'tidiedOn',
        reason: '收拾完的日期不能早于生日会日期（2026年11月20日），请核对。',
        reasonEn: 'Tidied on cannot be before Party date (20 November 2026); please check.',
      },
    ]);
  });

  it('keeps the answers that are right beside those that are not', () => {
    const { ok, answers, faults } = checkAnswers(birthdayCake, { ...whole, guests: 99 }, { today });
    expect({ ok, faulty: faults.map((fault) => fault.field) }).toEqual({ ok: false, faulty: ['guests'] });
    expect(answers).toMatchObject(whole);
  });

  it('lets a sealed answer stay as it is, but only a sensitive one', () => {
    const { wish: _wish, card: _card, flavour: _flavour, ...rest } = whole;
    const alreadySealed = ['wish', 'card', 'flavour'];
    const { faults } = checkAnswers(birthdayCake, rest, { today, alreadySealed });
    expect(faults.map((fault) => fault.field)).toEqual(['flavour']);
  });

  it('still checks a sealed answer that is given anew', () => {
    const raw = { ...whole, card: '6222020000000000028' };
    const { faults } = checkAnswers(birthdayCake, raw, { today, alreadySealed: ['card'] });
    expect(faults.map((fault) => fault.field)).toEqual(['card']);
  });

  it.each([null, undefined, 'x', 7, [whole]])('takes %j for an empty form', (raw) => {
    expect(checkAnswers(birthdayCake, raw, { today }).faults).toHaveLength(5);
  });

  it('gives the same answers when checked again: what is kept is clean', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'grapheme' }),
      fc.constant(20),
      fc.constant('2026-01-01'),
    );
    const keys = birthdayCake.form.flatMap((group) => group.fields.map((field) => field.id));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys, 'constructor', 'other'), value), (raw) => {
        const once = checkAnswers(birthdayCake, raw, { today });
        const twice = checkAnswers(birthdayCake, once.answers, { today });
        expect(twice.answers).toEqual(once.answers);
        expect(once.ok).toBe(once.faults.length === 0);
      }),
    );
  });
});
