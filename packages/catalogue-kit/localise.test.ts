import { describe, expect, it } from 'vitest';
import { amountFen } from './amounts/index.ts';
import { defineBenefit } from './define-item.ts';
import type { LocalRow } from './localise.ts';
import { localise } from './localise.ts';
import { birthdayCake } from './testing/birthday-cake.ts';

const today = '2026-11-21';
const district: LocalRow = {
  unionPath: '/hailing',
  what: 'amount',
  from: '2026-06-01',
  fen: 8000,
  basis: '海陵〔2026〕1号',
};
const town: LocalRow = { unionPath: '/hailing/jiulong', what: 'amount', from: '2026-02-01', fen: 9000 };
const fen = (rows: LocalRow[], on = today) => {
  const local = localise(birthdayCake, rows, on);
  return amountFen(local.amount, { today: on });
};

describe('localise', () => {
  it('changes nothing without rows', () => {
    expect(localise(birthdayCake, [], today)).toEqual(birthdayCake);
  });

  it('lets the nearest union win, whatever the order and the dates', () => {
    expect(fen([district])).toBe(8000);
    expect(fen([district, town])).toBe(9000);
    expect(fen([town, district])).toBe(9000);
  });

  it('lets the latest of one union’s rows win', () => {
    expect(fen([{ ...district, from: '2026-08-01', fen: 8500 } as LocalRow, district])).toBe(8500);
  });

  it('keeps to the days of the row', () => {
    expect(fen([district], '2026-05-31')).toBe(6660);
    expect(fen([district], '2026-06-01')).toBe(8000);
    expect(fen([{ ...town, to: '2026-10-31' } as LocalRow, district])).toBe(8000);
  });

  it('keeps the older rates for older dates, and the basis of the new one', () => {
    expect(localise(birthdayCake, [district], today).amount.rows).toEqual([
      { from: '2020-01-01', fen: 5000 },
      { from: '2026-01-01', fen: 6660, basis: '蛋糕〔2025〕9号' },
      { from: '2026-06-01', fen: 8000, basis: '海陵〔2026〕1号' },
    ]);
  });

  it('changes limit and promise too, and leaves the original alone', () => {
    const before = JSON.stringify(birthdayCake);
    const local = localise(
      birthdayCake,
      [
        { unionPath: '/hailing', what: 'limit', from: '2026-01-01', times: 1 },
        { unionPath: '/hailing', what: 'promise', from: '2026-01-01', workingDays: 3 },
      ],
      today,
    );
    expect(local.limit).toEqual({ times: 1, per: 'calendar-year', countedBy: 'submittedOn' });
    expect(local.promise).toEqual({ workingDays: 3 });
    expect(JSON.stringify(birthdayCake)).toBe(before);
  });

  it('refuses what the definition does not let unions change', () => {
    const strict = defineBenefit({ ...birthdayCake, localisable: ['promise'] });
    expect(() => localise(strict, [district], today)).toThrow('amount is not localisable');
  });
});
