import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { minimalPaths } from '../../server/kernel/access.ts';
import { withScope, type Ctx } from '../../server/kernel/context.ts';
import { wholeFederation, within } from '../../server/kernel/db.ts';
import { DomainError } from '../../server/kernel/errors.ts';
import { moveUnion } from '../../server/modules/unions/index.ts';
import { testApp, type TestApp } from '../database/test-app.ts';
import { effort, seed } from '../input/effort.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t?.close());

/** Numbers that begin like one another, where a comparison of paths by their letters would go wrong. */
const labels = [13, 130, 131, 1300, 1301, 14, 140, 1400, 31, 310, 3100, 3101] as const;

/** A union of the model. It knows its superior and nothing of paths. */
interface Place {
  id: string;
  label: number;
  superior: Place | null;
}

interface Model {
  places: Place[];
  /** Member by the union she belongs to. */
  members: Map<string, Place>;
}

const isUnder = (place: Place, upper: Place): boolean =>
  place === upper || (place.superior !== null && isUnder(place.superior, upper));

const step = fc.record({
  kind: fc.constantFrom('move', 'merge', 'industry'),
  one: fc.nat(),
  other: fc.nat(),
});
const forest = fc.record({
  superiors: fc.array(fc.nat(), { minLength: 3, maxLength: 9 }),
  order: fc.shuffledSubarray([...labels], { minLength: labels.length }),
  steps: fc.array(step, { maxLength: 5 }),
  grants: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 2, maxLength: 4 }),
});
type Forest = typeof forest extends fc.Arbitrary<infer T> ? T : never;

/** The unions below the city, one member in each. */
async function plant(ctx: Ctx, { superiors, order }: Forest): Promise<Model> {
  const city: Place = { id: t.world.unions.city.id, label: 0, superior: null };
  const paths = new Map<Place, string>([[city, t.world.unions.city.path]]);
  const places = [city];
  for (const [index, chosen] of superiors.entries()) {
    const superior = places[chosen % places.length]!;
    const place: Place = { id: ctx.id(), label: order[index]!, superior };
    places.push(place);
    paths.set(place, `${paths.get(superior)!}.${place.label}`);
  }
  const grown = places.slice(1);
  const common = { pinyin: 'shu', created_at: ctx.now, updated_at: ctx.now } as const;
  await ctx.db
    .insertInto('union')
    .values(
      grown.map((place) => ({
        ...common,
        id: place.id,
        label: String(place.label) as never,
        path: paths.get(place)!,
        superior_id: place.superior!.id,
        name: `树${place.label}`,
        name_key: `tree ${place.label}`,
        level_code: '60',
        form_code: '4',
        status: 'active',
      })),
    )
    .execute();
  const members = new Map(grown.map((place) => [ctx.id(), place] as const));
  await ctx.db
    .insertInto('member')
    .values(
      [...members].map(([id, place]) => ({
        ...common,
        id,
        member_number: `T-${place.label}`,
        name: '树下',
        sex: 'unknown',
        id_kind: '1',
        id_number_sealed: ctx.pii.seal({ table: 'member', row: id, column: 'id_number_sealed' }, id),
        id_number_index: Buffer.from(id),
        id_number_masked: '*',
        union_id: place.id,
        union_path: paths.get(place)!,
        joined_on: '2020-01-01',
        status: 'active',
      })),
    )
    .execute();
  return { places, members };
}

const pathOf = async (ctx: Ctx, id: string) =>
  (await ctx.db.selectFrom('union').select('path').where('id', '=', id).executeTakeFirstOrThrow()).path;

/** One change of the tree, in the model by pointers and in the database by what the server does. */
async function change(ctx: Ctx, model: Model, { kind, one, other }: Forest['steps'][number]): Promise<void> {
  const place = model.places[1 + (one % (model.places.length - 1))]!;
  const target = model.places[other % model.places.length]!;
  if (kind === 'move') {
    const circle = isUnder(target, place);
    const moved = await moveUnion(ctx, { unionId: place.id, superiorId: target.id }).then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof DomainError)) throw error;
        return false;
      },
    );
    expect(moved).toBe(!circle);
    if (moved) place.superior = target;
  } else if (kind === 'merge') {
    // Its people go over to the other one and it is dissolved; what stands below it stays where it is.
    await ctx.db
      .updateTable('member')
      .set({ union_id: target.id, union_path: await pathOf(ctx, target.id) })
      .where('union_id', '=', place.id)
      .execute();
    await ctx.db.updateTable('union').set({ status: 'dissolved' }).where('id', '=', place.id).execute();
    for (const [id, at] of model.members) if (at === place) model.members.set(id, target);
  } else {
    // A second superior by trade: recorded, and nobody sees more by it.
    await ctx.db
      .insertInto('union_superior')
      .values({
        union_id: place.id,
        line: 'industry',
        superior_id: target.id,
        from_on: ctx.today,
        to_on: null,
      })
      .onConflict((conflict) => conflict.columns(['union_id', 'line', 'from_on']).doNothing())
      .execute();
  }
}

/** What a cadre with grants over these unions gets: by the policies alone, and by the condition of our queries alone. */
async function seenBy(ctx: Ctx, model: Model, places: readonly Place[]) {
  const paths = minimalPaths(await Promise.all(places.map((place) => pathOf(ctx, place.id))));
  const ids = [...model.members.keys()];
  const find = ctx.db.selectFrom('member').select('id').where('id', 'in', ids);
  const policy = await withScope(ctx, { paths, memberId: null, accountId: null }, () => find.execute());
  const query = await withScope(ctx, wholeFederation, () =>
    find.where(within('member.union_path', paths)).execute(),
  );
  const unions = await ctx.db
    .selectFrom('union')
    .select('id')
    .where(
      'id',
      'in',
      model.places.map((place) => place.id),
    ) // prettier-ignore
    .where(within('union.path', paths))
    .execute();
  const sorted = (rows: readonly { id: string }[]) => rows.map(({ id }) => id).toSorted();
  return { policy: sorted(policy), query: sorted(query), unions: sorted(unions) };
}

class Uprooted extends Error {}

/** A tree grows, changes, is looked at from everywhere, and is gone again: thousands need no thousand databases. */
async function walk(grown: Forest): Promise<void> {
  const work = t.db(async (ctx) => {
    const model = await plant(ctx, grown);
    for (const one of grown.steps) await change(ctx, model, one);
    for (const [one, other] of grown.grants) {
      const places = [one, other].map((index) => model.places[index % model.places.length]!);
      const mine = (place: Place) => places.some((upper) => isUnder(place, upper));
      const members = [...model.members].filter(([, place]) => mine(place)).map(([id]) => id).toSorted(); // prettier-ignore
      const unions = model.places.filter(mine).map(({ id }) => id).toSorted(); // prettier-ignore
      expect(await seenBy(ctx, model, places)).toEqual({ policy: members, query: members, unions });
    }
    throw new Uprooted();
  });
  await work.catch((error: unknown) => {
    if (!(error instanceof Uprooted)) throw error;
  });
}

const trees = 40 * effort * (effort > 1 ? 10 : 1);

it(
  `shows of ${trees} random trees, moved and merged, exactly what lies below a grant`,
  async () => {
    await fc.assert(fc.asyncProperty(forest, walk), { seed, numRuns: trees });
  },
  5000 * trees,
);

it('would notice a path that was not carried along', async () => {
  const careless = t.db(async (ctx) => {
    const model = await plant(ctx, { superiors: [0, 1, 0], order: [...labels], steps: [], grants: [] });
    const [, , moved, target] = model.places;
    // The pointers say one thing, the path another.
    moved!.superior = target!;
    const { policy } = await seenBy(ctx, model, [target!]);
    const expected = [...model.members].filter(([, place]) => isUnder(place, target!)).map(([id]) => id);
    expect(policy).not.toEqual(expected.toSorted());
    throw new Uprooted();
  });
  await expect(careless).rejects.toBeInstanceOf(Uprooted);
});
