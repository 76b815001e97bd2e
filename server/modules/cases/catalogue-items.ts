import { createHash } from 'node:crypto';
import { catalogue } from '@smart-union/catalogue';
import type { ItemDefinition } from '@smart-union/catalogue-kit';
import { definitionFaults } from '@smart-union/catalogue-kit';
import { record } from '../../kernel/audit.ts';
import { together, type Ctx } from '../../kernel/context.ts';
import { statement } from '../../kernel/db/statement.ts';
import { DomainError } from '../../kernel/errors.ts';

export interface PublishedItem {
  code: string;
  version: number;
  definition: ItemDefinition;
}

const digestOf = (definition: ItemDefinition) =>
  createHash('sha256').update(JSON.stringify(definition)).digest();

/** Publishes definitions that differ from the version in force; the older versions stay for the cases filed under them. */
export async function publishItems(ctx: Ctx, definitions: readonly ItemDefinition[]): Promise<void> {
  for (const definition of definitions) {
    const faults = definitionFaults(definition);
    if (faults.length > 0) throw new Error(`${definition.code}: ${JSON.stringify(faults)}`);
    const latest = await ctx.db
      .selectFrom('catalogue_item')
      .select(['version', 'digest'])
      .where('code', '=', definition.code)
      .orderBy('version', 'desc')
      .executeTakeFirst();
    const digest = digestOf(definition);
    if (latest?.digest.equals(digest)) continue;
    const version = (latest?.version ?? 0) + 1;
    const inserted = await ctx.db
      .insertInto('catalogue_item')
      .values({
        code: definition.code,
        version,
        kind: definition.kind,
        definition: JSON.stringify(definition),
        digest,
        published_at: ctx.now,
      })
      // Two servers starting at once publish the same text.
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows === 0n) continue;
    await record(ctx, {
      kind: 'item.published',
      subject: 'catalogue-item',
      subjectId: null,
      unionPath: 'f',
      data: { code: definition.code, version },
    });
  }
}

/** Publishes what stands in catalogue/. Called when a federation is created and at every start. */
export const publishCatalogue = (ctx: Ctx) => publishItems(ctx, catalogue);

interface ItemRow {
  code: string;
  version: number;
  definition: unknown;
}

const itemOf = (row: ItemRow): PublishedItem => ({
  code: row.code,
  version: row.version,
  definition: row.definition as ItemDefinition,
});

/** The version in force of an item. Throws `item-unknown`. */
export async function getItem(ctx: Ctx, code: string): Promise<PublishedItem> {
  const row = await ctx.db
    .selectFrom('catalogue_item')
    .select(['code', 'version', 'definition'])
    .where('code', '=', code)
    .where('retired_at', 'is', null)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) throw new DomainError('item-unknown');
  return itemOf(row);
}

// A published version never changes, so what was read once is good for ever; the digest of its database is its schema
// and publication instant, since test databases live in one process.
const published = new Map<string, PublishedItem>();

/** The version a case was filed under. */
export async function getItemVersion(ctx: Ctx, code: string, version: number): Promise<PublishedItem> {
  const key = `${ctx.config.dataDir} ${ctx.federation.id} ${code} ${version}`;
  const known = published.get(key);
  if (known) return known;
  const row = await ctx.db
    .selectFrom('catalogue_item')
    .select(['code', 'version', 'definition'])
    .where('code', '=', code)
    .where('version', '=', version)
    .executeTakeFirstOrThrow();
  const item = itemOf(row);
  published.set(key, item);
  return item;
}

/** Every item in force, each in its latest version. */
export async function listItems(ctx: Ctx): Promise<PublishedItem[]> {
  const rows = await inForce(ctx, {});
  return together(rows.map(({ code, version }) => getItemVersion(ctx, code, version)));
}

/** Without the definitions, which are as good as read once. */
const inForce = statement((db, _none: Record<string, never>) =>
  db
    .selectFrom('catalogue_item')
    .distinctOn('code')
    .select(['code', 'version'])
    .where('retired_at', 'is', null)
    .orderBy('code')
    .orderBy('version', 'desc'),
);
