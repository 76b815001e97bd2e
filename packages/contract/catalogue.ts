import { z } from 'zod';
import { route } from './route.ts';

export const catalogueItem = z.object({
  code: z.string(),
  version: z.int(),
  kind: z.string(),
  title: z.string(),
  titleEn: z.string().nullable(),
  summary: z.string(),
  summaryEn: z.string().nullable(),
  lifeEvent: z.string(),
  keywords: z.array(z.string()),
});

/** The whole declaration, as catalogue-kit's ItemDefinition; the phone page draws its form from it. */
export const catalogueDefinition = catalogueItem.extend({ definition: z.record(z.string(), z.unknown()) });

export const catalogue = {
  list: route({
    method: 'GET',
    path: '/catalogue/items',
    summary: 'Everything a person may apply for.',
    self: 'any',
    mayLag: true,
    reply: z.object({ items: z.array(catalogueItem) }),
  }),
  get: route({
    method: 'GET',
    path: '/catalogue/items/:code',
    summary: 'One item with its form, rules, amounts and route.',
    self: 'any',
    mayLag: true,
    params: z.object({ code: z.string().max(80) }),
    reply: catalogueDefinition,
  }),
};
