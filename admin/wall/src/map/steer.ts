import type { Spot } from './layout.ts';

const directions: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * The spot a remote control's arrow leads to: the nearest one in that direction, sideways distance counting double.
 * Null for other keys or when there is nothing that way.
 */
export function neighbour(spots: Spot[], fromId: string, key: string): string | null {
  const direction = directions[key];
  const from = spots.find((spot) => spot.place.union.id === fromId);
  if (!direction || !from) return null;
  let best: string | null = null;
  let bestCost = Infinity;
  for (const spot of spots) {
    const [dx, dy] = [spot.x - from.x, spot.y - from.y];
    const along = dx * direction[0] + dy * direction[1];
    if (spot === from || along <= 0) continue;
    const cost = along + 2 * Math.abs(dx * direction[1] - dy * direction[0]);
    if (cost < bestCost) {
      bestCost = cost;
      best = spot.place.union.id;
    }
  }
  return best;
}
