import { describe, expect, it } from 'vitest';
import type { Place } from '../overview.ts';
import { grainSpots, layOut, threads, widthOf } from './layout.ts';
import { neighbour } from './steer.ts';

const figures = {
  members: 100,
  unions: 1,
  employees: 0,
  joinedToday: 0,
  joinedThisYear: 0,
  claimsToday: 0,
  claimsThisYear: 0,
  inProgress: 0,
  paidToday: 0,
  paidThisYearFen: 0,
  paidThisYearCount: 0,
  onTimeThisYearCount: 0,
  medianHours: null,
};

const placeAt = (name: string, longitude: number | null, latitude: number | null, members = 100): Place => ({
  union: { id: name, name },
  levelCode: '50',
  longitude,
  latitude,
  figures: { ...figures, members },
  grains: [],
});

/** Eleven towns as close together as a district's inner streets are. */
const towns = Array.from({ length: 11 }, (_, index) =>
  placeAt(
    `街道${index}号`,
    119.9 + (index % 4) * 0.004,
    32.48 + Math.floor(index / 4) * 0.003,
    90 + index * 25,
  ),
);
const ground = { width: 860, height: 700, line: 28, letter: 22 };
const label = (place: Place): string => `${place.union.name}  ${place.figures.members}`;

describe('layOut', () => {
  it('keeps every disc and label apart and on the ground', () => {
    const spots = layOut(towns, ground, label);
    const boxes = spots.map((spot) => {
      const half = Math.max(spot.r, (widthOf(label(spot.place)) * ground.letter) / 2);
      return {
        left: spot.x - half,
        right: spot.x + half,
        top: spot.y - spot.r,
        bottom: spot.y + spot.r + 30,
      };
    });
    for (const [index, a] of boxes.entries()) {
      expect(a.left).toBeGreaterThanOrEqual(-0.5);
      expect(a.right).toBeLessThanOrEqual(ground.width + 0.5);
      expect(a.top).toBeGreaterThanOrEqual(-0.5);
      expect(a.bottom).toBeLessThanOrEqual(ground.height + 0.5);
      for (const b of boxes.slice(index + 1)) {
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        expect(apart).toBe(true);
      }
    }
  });

  it('keeps the bearings: north up, east right', () => {
    const [north, south, east] = layOut(
      [placeAt('北', 119.9, 32.6), placeAt('南', 119.9, 32.4), placeAt('东', 120.1, 32.5)],
      ground,
      label,
    );
    expect(north!.y).toBeLessThan(south!.y);
    expect(east!.x).toBeGreaterThan(north!.x);
  });

  it('gives the same picture every time', () => {
    expect(layOut(towns, ground, label)).toEqual(layOut(towns, ground, label));
  });

  it('draws discs by members, within bounds', () => {
    const [small, large] = layOut([placeAt('小', 119, 32, 1), placeAt('大', 120, 33, 9000)], ground, label);
    expect(large!.r).toBeGreaterThan(small!.r);
    expect(large!.r).toBeLessThanOrEqual(ground.height * 0.15 + 0.001);
  });

  it('copes with no coordinates, one point, none, and hundreds', () => {
    const loose = layOut(
      towns.map((town) => ({ ...town, longitude: null, latitude: null })),
      ground,
      label,
    );
    expect(new Set(loose.map((spot) => `${spot.x} ${spot.y}`)).size).toBe(11);
    expect(layOut([], ground, label)).toEqual([]);
    const [only] = layOut([placeAt('独', 119.9, 32.5)], ground, label);
    expect([Math.round(only!.x), only!.labelled]).toEqual([430, true]);
    const many = layOut(
      Array.from({ length: 400 }, (_, index) => placeAt(`工会${index}`, null, null, index)),
      ground,
      label,
    );
    expect(many.filter((spot) => spot.labelled)).toHaveLength(18);
  });
});

it('keeps grains inside their disc, largest first in the middle', () => {
  const grains = Array.from({ length: 40 }, (_, index) => ({
    id: String(index),
    name: '工会',
    members: 40 - index,
    paidThisYearCount: index % 2,
  }));
  const spots = grainSpots(grains, 100);
  expect(spots.every((grain) => Math.hypot(grain.x, grain.y) + grain.r <= 101)).toBe(true);
  expect(Math.hypot(spots[0]!.x, spots[0]!.y)).toBeLessThan(Math.hypot(spots[39]!.x, spots[39]!.y));
  expect(spots[1]!.paid).toBe(true);
});

it('ties neighbours only, and steers to them with the arrows', () => {
  const spots = layOut(
    [placeAt('西', 119, 32), placeAt('中', 119.5, 32), placeAt('东', 120, 32)],
    ground,
    label,
  );
  expect(threads(spots).map(([a, b]) => a.place.union.id + b.place.union.id)).toEqual(['西中', '中东']);
  expect(neighbour(spots, '西', 'ArrowRight')).toBe('中');
  expect(neighbour(spots, '西', 'ArrowLeft')).toBeNull();
  expect(neighbour(spots, '西', 'Enter')).toBeNull();
});
