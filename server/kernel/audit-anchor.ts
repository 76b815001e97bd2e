import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { z } from 'zod';
import { record, verifyAudit, type Verification } from './audit.ts';
import type { Ctx } from './context.ts';
import { defineJob } from './jobs.ts';

/**
 * Who owns the database can rewrite the whole log and chain it anew: only what lies outside the database shows it. So
 * the heads of all lanes are written every hour to a file in the data folder, each line with a keyed digest over itself
 * and the line before; the key is the ring's, which no database and no backup of it holds.
 */
const lineShape = z.object({
  number: z.int().min(1),
  at: z.iso.datetime(),
  /** `restart`: a person said that what was before no longer holds, e.g. after the restore of an older backup. */
  kind: z.enum(['heads', 'restart']),
  /** Lanes that went on since the line before: lane, sequence, hash in hex. */
  heads: z.array(z.tuple([z.int(), z.int(), z.string()])),
  reason: z.string().optional(),
  previous: z.string(),
  mac: z.string(),
});
type Line = z.output<typeof lineShape>;

type Anchoring = Pick<Ctx, 'db' | 'federation' | 'config' | 'pii'>;

export const anchorPath = ({ config, federation }: Pick<Ctx, 'config' | 'federation'>) =>
  join(config.dataDir, 'audit', `${federation.code}.anchors`);

const macOf = (ctx: Anchoring, { mac: _mac, ...line }: Line) =>
  ctx.pii.mac('audit anchor', `${ctx.federation.code} ${JSON.stringify(line)}`);

interface Anchors {
  lines: Line[];
  /** Number of the first line that was changed, removed or moved; null when the file is in order. */
  brokenAt: number | null;
  /** Bytes up to the end of the last whole line: what follows was being written when the server died. */
  bytes: number;
}

async function readAnchors(ctx: Anchoring): Promise<Anchors> {
  const text = await readFile(anchorPath(ctx), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines: Line[] = [];
  for (const row of whole.split('\n').slice(0, -1)) {
    const line = parsed(row);
    const fits =
      line !== null &&
      line.number === lines.length + 1 &&
      line.previous === (lines.at(-1)?.mac ?? '') &&
      line.mac === macOf(ctx, line);
    if (!fits) return { lines, brokenAt: lines.length + 1, bytes: Buffer.byteLength(whole) };
    lines.push(line);
  }
  return { lines, brokenAt: null, bytes: Buffer.byteLength(whole) };
}

function parsed(row: string): Line | null {
  try {
    return lineShape.parse(JSON.parse(row));
  } catch {
    return null;
  }
}

async function append(ctx: Anchoring, line: Line, bytes: number): Promise<void> {
  const path = anchorPath(ctx);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'a', 0o600);
  try {
    const { size } = await file.stat();
    // A line that a dying server left half written was never vouched for by a row.
    if (size > bytes) await file.truncate(bytes);
    await file.write(`${JSON.stringify(line)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Writes the heads as they are now to the file and a row about it to the log, so that neither can lose its end without
 * the other telling. `restart` is the reason for which earlier anchors no longer count.
 */
export async function anchorAudit(ctx: Ctx, restart?: string): Promise<{ number: number; lanes: number }> {
  await sql`select pg_advisory_xact_lock(hashtext('audit anchor'), hashtext(${ctx.federation.code}))`.execute(
    ctx.db,
  );
  const { lines, brokenAt, bytes } = await readAnchors(ctx);
  if (brokenAt !== null) throw new Error(`${anchorPath(ctx)}: line ${brokenAt} was tampered with`);
  const known = restart ? new Map<number, number>() : reached(lines);
  const lanes = await ctx.db.selectFrom('audit_lane').selectAll().orderBy('lane').execute();
  const heads = lanes
    .filter(({ lane, sequence }) => sequence > (known.get(lane) ?? 0))
    .map(({ lane, sequence, hash }): Line['heads'][number] => [lane, sequence, hash.toString('hex')]);
  const line: Line = {
    number: lines.length + 1,
    at: ctx.now.toISOString(),
    kind: restart ? 'restart' : 'heads',
    heads,
    ...(restart ? { reason: restart } : {}),
    previous: lines.at(-1)?.mac ?? '',
    mac: '',
  };
  line.mac = macOf(ctx, line);
  await append(ctx, line, bytes);
  await record(ctx, {
    kind: restart ? 'audit.anchors-restarted' : 'audit.anchored',
    subject: 'audit',
    subjectId: null,
    unionPath: 'f',
    data: { number: line.number, ...(restart ? { reason: restart } : {}) },
  });
  return { number: line.number, lanes: heads.length };
}

function reached(lines: readonly Line[]): Map<number, number> {
  const known = new Map<number, number>();
  for (const { heads } of lines) for (const [lane, sequence] of heads) known.set(lane, sequence);
  return known;
}

const place = (lane: number, sequence: number) => lane * 1e12 + sequence;

/** Compares every anchored head since the last restart with the row that stands there. */
async function compare(ctx: Anchoring, lines: readonly Line[]): Promise<Partial<Verification> | null> {
  const start = lines.findLastIndex(({ kind }) => kind === 'restart');
  const before = new Map<number, number>();
  for (const { number, at, heads } of lines.slice(Math.max(start, 0))) {
    if (heads.length === 0) continue;
    const wanted = JSON.stringify(heads.map(([lane, sequence, hash]) => ({ lane, sequence, hash })));
    const { rows } = await sql<{ lane: number; sequence: string; there: boolean }>`
      select w.lane, w.sequence, e.lane is not null as there
      from jsonb_to_recordset(${wanted}::text::jsonb) as w (lane smallint, sequence bigint, hash text)
      left join audit_event e on e.lane = w.lane and e.sequence = w.sequence
      where e.lane is null or encode(e.hash, 'hex') <> w.hash order by w.lane limit 1`.execute(ctx.db);
    const [first] = rows;
    if (first) {
      const from = (before.get(first.lane) ?? 0) + 1;
      const what = first.there ? '被整体改写' : '被删除';
      return {
        brokenAt: place(first.lane, from),
        reason: `第 ${first.lane} 道第 ${from}–${first.sequence} 行${what}：与数据库外第 ${number} 号存证（${at}）不符`,
      };
    }
    for (const [lane, sequence] of heads) before.set(lane, sequence);
  }
  return null;
}

/** The number the log itself says was anchored last. */
async function lastAnchored(ctx: Pick<Ctx, 'db'>): Promise<number> {
  const row = await ctx.db
    .selectFrom('audit_event')
    .select('payload')
    .where('kind', 'in', ['audit.anchored', 'audit.anchors-restarted'])
    .orderBy('at', 'desc')
    .orderBy(sql`(payload::json->'data'->>'number')::bigint`, 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) return 0;
  return (JSON.parse(row.payload) as { data: { number: number } }).data.number;
}

/**
 * `verifyAudit`, and then the log against what was written outside the database: finds also a log that was rewritten or
 * cut off as a whole and chained anew, and names the rows between the last anchor that fits and the first that does not.
 */
export async function verifyAnchoredAudit(
  ctx: Anchoring,
  tell?: Parameters<typeof verifyAudit>[1],
): Promise<Verification> {
  // Row first: an anchor made meanwhile is in the file before its row is in the log.
  const anchored = await lastAnchored(ctx);
  const { lines, brokenAt } = await readAnchors(ctx);
  const found = await verifyAudit(ctx, tell);
  if (!found.ok) return found;
  const broken = (reason: string) => ({ ...found, ok: false, brokenAt: null, headHash: null, reason });
  if (brokenAt !== null) return broken(`数据库外的存证文件第 ${brokenAt} 行被改动或缺失：${anchorPath(ctx)}`);
  if (lines.length < anchored)
    return broken(`数据库外的存证文件缺少第 ${lines.length + 1}–${anchored} 号：${anchorPath(ctx)}`);
  const differs = await compare(ctx, lines);
  return differs ? { ...found, ok: false, headHash: null, ...differs } : found;
}

/** Every hour, in every federation. */
export const anchorJob = defineJob({
  name: 'audit.anchor-heads',
  schedule: { everyMinutes: 60 },
  async run(ctx) {
    await anchorAudit(ctx);
  },
});
