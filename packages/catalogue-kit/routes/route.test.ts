import { describe, expect, it } from 'vitest';
import { birthdayCake } from '../testing/birthday-cake.ts';
import { grassrootsThenDistrict } from './grassroots-then-district.ts';
import { findStage, nextStage, stagesBefore, stagesFor } from './route.ts';

const { route } = birthdayCake;
const plain = { answers: { withCandles: false }, amountFen: 6660 };
const lit = { answers: { withCandles: true }, amountFen: 6660 };

describe('nextStage', () => {
  it('goes through every stage whose condition holds', () => {
    expect(nextStage(route, null, lit)?.id).toBe('taste');
    expect(nextStage(route, 'taste', lit)?.id).toBe('candles');
    expect(nextStage(route, 'candles', lit)?.id).toBe('cut');
    expect(nextStage(route, 'cut', lit)).toBeNull();
  });

  it('skips a stage whose condition does not hold', () => {
    expect(nextStage(route, 'taste', plain)?.id).toBe('cut');
    expect(stagesFor(route, plain).map((stage) => stage.id)).toEqual(['taste', 'cut']);
  });

  it('refuses to go on from nowhere', () => {
    expect(() => nextStage(route, 'icing', plain)).toThrow('icing');
  });
});

it('knows the stages a case may be returned to', () => {
  expect(stagesBefore(route, 'cut').map((stage) => stage.id)).toEqual(['taste', 'candles']);
  expect(stagesBefore(route, 'taste')).toEqual([]);
  expect(findStage(route, 'icing')).toBeNull();
});

it('grassrootsThenDistrict: two desks, two people, two working days', () => {
  const [unit, district] = grassrootsThenDistrict;
  expect([unit?.at, district?.at]).toEqual(['own', 'district']);
  expect(district?.distinctFrom).toEqual([unit?.id]);
  expect(grassrootsThenDistrict.reduce((days, stage) => days + stage.dueInWorkingDays, 0)).toBe(2);
});
