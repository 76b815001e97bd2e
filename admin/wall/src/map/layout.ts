import type { Place } from '../overview.ts';

/** A union on the map: centre and radius in CSS pixels, with the space its label needs. */
export interface Spot {
  place: Place;
  x: number;
  y: number;
  r: number;
  labelled: boolean;
}

export interface Ground {
  width: number;
  height: number;
  /** Height of one line of label, in CSS pixels. */
  line: number;
  /** Width of one full-width character of label, in CSS pixels. */
  letter: number;
}

interface Box {
  x: number;
  y: number;
  homeX: number;
  homeY: number;
  halfWidth: number;
  top: number;
  bottom: number;
}

const goldenAngle = Math.PI * (3 - Math.sqrt(5));

/** Beyond this many, only the largest carry a label: more cannot be read from four metres. */
const labelsAtMost = 18;
/** Beyond this many, pushing discs apart costs more than a frame and no longer helps. */
const settleAtMost = 260;

/** Places in the unit square, north up. Those nobody has placed yet go on a sunflower round the middle of the others. */
function unitPositions(places: Place[]): { x: number; y: number }[] {
  const placed = places.filter((place) => place.longitude !== null && place.latitude !== null);
  const latitudes = placed.map((place) => place.latitude ?? 0);
  const longitudes = placed.map((place) => place.longitude ?? 0);
  const midLatitude = placed.length > 0 ? (Math.min(...latitudes) + Math.max(...latitudes)) / 2 : 0;
  const midLongitude = placed.length > 0 ? (Math.min(...longitudes) + Math.max(...longitudes)) / 2 : 0;
  const east = Math.cos((midLatitude * Math.PI) / 180);
  const spanX = (Math.max(...longitudes, midLongitude) - Math.min(...longitudes, midLongitude)) * east;
  const spanY = Math.max(...latitudes, midLatitude) - Math.min(...latitudes, midLatitude);
  const [stretchX, stretchY] = [spanX > 0 ? 1 / spanX : 0, spanY > 0 ? 1 / spanY : 0];
  let loose = 0;
  const looseCount = places.length - placed.length;
  return places.map((place) => {
    if (place.longitude !== null && place.latitude !== null) {
      return {
        x: 0.5 + (place.longitude - midLongitude) * east * stretchX,
        y: 0.5 - (place.latitude - midLatitude) * stretchY,
      };
    }
    const distance = looseCount === 1 ? 0 : 0.5 * Math.sqrt((loose + 0.5) / looseCount);
    const angle = loose * goldenAngle;
    loose += 1;
    return { x: 0.5 + distance * Math.cos(angle), y: 0.5 + distance * Math.sin(angle) };
  });
}

/** Disc radii: area in proportion to members, all discs together about a fifth of the ground. */
function radii(places: Place[], ground: Ground): number[] {
  const total = places.reduce((sum, place) => sum + place.figures.members, 0);
  const area = ground.width * ground.height * (places.length === 1 ? 0.45 : 0.2);
  const largest = Math.min(ground.width, ground.height) * (places.length === 1 ? 0.41 : 0.15);
  const smallest = Math.max(5, ground.line * (places.length > 40 ? 0.25 : 0.5));
  return places.map((place) => {
    const share = total > 0 ? place.figures.members / total : 0;
    return Math.min(largest, Math.max(smallest, Math.sqrt((area * share) / Math.PI)));
  });
}

/** Pushes two boxes apart along the axis that needs less, each by half. */
function part(a: Box, b: Box, gap: number): boolean {
  const overlapX = a.halfWidth + b.halfWidth + gap - Math.abs(a.x - b.x);
  const aboveA = a.y <= b.y;
  const [upper, lower] = aboveA ? [a, b] : [b, a];
  const overlapY = upper.bottom + lower.top + gap - (lower.y - upper.y);
  if (overlapX <= 0 || overlapY <= 0) return false;
  if (overlapX < overlapY) {
    const push = (overlapX / 2) * (a.x <= b.x ? -1 : 1);
    a.x += push;
    b.x -= push;
  } else {
    upper.y -= overlapY / 2;
    lower.y += overlapY / 2;
  }
  return true;
}

function clampInto(box: Box, ground: Ground): void {
  box.x = Math.min(ground.width - box.halfWidth, Math.max(box.halfWidth, box.x));
  box.y = Math.min(ground.height - box.bottom, Math.max(box.top, box.y));
}

/**
 * Sets the places on the ground: true bearings as far as discs and labels leave room, then pushed apart so that every
 * label can be read. The result depends on nothing but its arguments, so the picture does not jump between two ticks.
 */
export function layOut(places: Place[], ground: Ground, labelOf: (place: Place) => string): Spot[] {
  const positions = unitPositions(places);
  const sizes = radii(places, ground);
  const bySize = places.map((_, index) => index).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
  const labelled = new Set(places.length <= labelsAtMost ? bySize : bySize.slice(0, labelsAtMost));
  const boxes = places.map((place, index): Box => {
    const r = sizes[index] ?? 0;
    const hasLabel = labelled.has(index);
    const labelWidth = hasLabel ? widthOf(labelOf(place)) * ground.letter : 0;
    const halfWidth = Math.max(r, labelWidth / 2);
    const [top, bottom] = [r, r + (hasLabel ? ground.line * 1.15 : 0)];
    const at = positions[index] ?? { x: 0.5, y: 0.5 };
    const x = halfWidth + at.x * Math.max(0, ground.width - 2 * halfWidth);
    const y = top + at.y * Math.max(0, ground.height - top - bottom);
    return { x, y, homeX: x, homeY: y, halfWidth, top, bottom };
  });
  if (boxes.length <= settleAtMost) settle(boxes, ground);
  return places.map((place, index) => {
    const box = boxes[index];
    return { place, x: box?.x ?? 0, y: box?.y ?? 0, r: sizes[index] ?? 0, labelled: labelled.has(index) };
  });
}

function settle(boxes: Box[], ground: Ground): void {
  const rounds = boxes.length > 80 ? 60 : 320;
  const gap = ground.line * 0.3;
  for (let round = 0; round < rounds; round += 1) {
    // Homesickness fades, so that the last rounds only separate what still overlaps.
    const pull = 0.06 * (1 - round / rounds);
    for (const box of boxes) {
      box.x += (box.homeX - box.x) * pull;
      box.y += (box.homeY - box.y) * pull;
    }
    let touched = false;
    for (let i = 0; i < boxes.length; i += 1) {
      for (let j = i + 1; j < boxes.length; j += 1) {
        const [a, b] = [boxes[i], boxes[j]];
        if (a && b && part(a, b, gap)) touched = true;
      }
    }
    for (const box of boxes) clampInto(box, ground);
    if (!touched && pull < 0.02) break;
  }
}

/** Width of a label in full-width characters: Latin letters and digits take about half of one. */
export function widthOf(label: string): number {
  let width = 0;
  for (const letter of label) width += (letter.codePointAt(0) ?? 0) < 0x2e80 ? 0.58 : 1;
  return width;
}

/** A union inside a disc; offsets from the disc's centre, in CSS pixels. */
export interface GrainSpot {
  id: string;
  name: string;
  x: number;
  y: number;
  r: number;
  paid: boolean;
}

/** Where the grains of a disc sit: a sunflower, largest in the middle. */
export function grainSpots(grains: Place['grains'], radius: number): GrainSpot[] {
  const largest = Math.max(1, ...grains.map((grain) => grain.members));
  const step = (radius * 0.84) / Math.sqrt(Math.max(1, grains.length));
  return grains.map((grain, index) => {
    const distance = grains.length === 1 ? 0 : step * Math.sqrt(index + 0.5);
    const angle = index * goldenAngle;
    return {
      id: grain.id,
      name: grain.name,
      x: distance * Math.cos(angle),
      y: distance * Math.sin(angle),
      r: Math.max(1, step * 0.62 * Math.sqrt(0.25 + (0.75 * grain.members) / largest)),
      paid: grain.paidThisYearCount > 0,
    };
  });
}

/**
 * Which spots are neighbours: no third one lies in the circle drawn over the two (Gabriel's graph). The threads give
 * the eye a ground to rest on without pretending to be boundaries or roads.
 */
export function threads(spots: Spot[]): [Spot, Spot][] {
  if (spots.length > 60) return [];
  const pairs: [Spot, Spot][] = [];
  for (const [index, a] of spots.entries()) {
    for (const b of spots.slice(index + 1)) {
      const [midX, midY] = [(a.x + b.x) / 2, (a.y + b.y) / 2];
      const reach = ((a.x - b.x) ** 2 + (a.y - b.y) ** 2) / 4;
      const between = spots.some((c) => c !== a && c !== b && (c.x - midX) ** 2 + (c.y - midY) ** 2 < reach);
      if (!between) pairs.push([a, b]);
    }
  }
  return pairs;
}
