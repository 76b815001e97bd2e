import { z } from 'zod';
import { both } from './input-words.ts';

/** Shapes that several modules share. `…On` is a date 'YYYY-MM-DD' in Asia/Shanghai, `…At` an instant (ISO 8601, UTC). */
export const id = z.uuid(both('编号不正确', 'The number is not right'));
export const date = z.iso.date(both('日期应写成 2026-03-01 这样', 'A date is written like 2026-03-01'));
export const instant = z.string();
/** Money in fen (1 yuan = 100 fen), a safe integer in JSON and bigint in the database. */
export const fen = z.int();
export const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1, both('请填写', 'Please fill this in'))
    .max(max, both(`最多 ${max} 个字`, `At most ${max} characters`));
/** What a disclosure or an export is for, as the member reads it. */
export const purpose = (max: number) =>
  z
    .string()
    .trim()
    .min(4, both('请写明用途，至少 4 个字', 'Please say what it is for, in at least 4 characters'))
    .max(max, both(`最多 ${max} 个字`, `At most ${max} characters`));

export const idParams = z.object({ id });

/** Query of every paged list. Sort is `field` or `-field`; each list says which fields it knows. */
export const pageQuery = z.object({
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(200).default(20),
  q: z.string().trim().max(100).optional(),
  sort: z.string().max(40).optional(),
});

/** One page of a list. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), total: z.int(), page: z.int(), pageSize: z.int() });

export const done = z.object({ ok: z.literal(true) });

export const unionRef = z.object({ id, name: z.string() });
