import { roles } from '../../server/modules/accounts/roles.ts';
import type { TestApp } from '../database/test-app.ts';
import type { UnionName } from '../world/world.ts';
import { enterCadre, type Walker } from './people.ts';
import type { Standing } from './reach.ts';
import type { Scene } from './scene.ts';

/** Where she stands, seen from the near thing: at it, beside it, above it by one, two and three steps, elsewhere at the base and at a district. */
export const places = ['couriers', 'pumps', 'jiulong', 'hailing', 'city', 'textiles', 'jiangyan'] as const satisfies UnionName[]; // prettier-ignore

/** A cadre of the grid: one for every role at every place, whether or not anybody would appoint her there. */
export interface Seat {
  role: string;
  place: UnionName;
  walker: Walker;
}

export const grid: readonly Seat[] = Object.keys(roles).flatMap((role) =>
  places.map((place) => ({ role, place, walker: `${role} at ${place}` as Walker })),
);

/** Opens an account for everybody of the grid. */
export async function enterGrid(t: TestApp): Promise<void> {
  await t.db(async (ctx) => {
    for (const { role, place, walker } of grid) {
      const username = walker.replaceAll(' ', '.');
      await enterCadre(t, ctx, { key: walker, name: '某干部', username, role, union: place });
    }
  });
}

export const standingOf = (scene: Scene, { role, place }: Pick<Seat, 'role' | 'place'>): Standing => ({
  role,
  path: scene.t.world.unions[place].path,
});
