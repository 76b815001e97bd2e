import { copyFile, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type pg from 'pg';
import { quoted } from '../archive/catalog.ts';
import { Refusal, type Terminal } from '../command.ts';
import { showProgress } from '../progress.ts';

/** Columns that name a stored file. */
const naming = ['stored_as', 'preview_as'];

/** Paths below the data folder of the files that rows of the federation name. */
async function pathsOf(source: pg.Client, schema: string): Promise<string[]> {
  const columns = await source.query<{ table: string; column: string }>(
    `select table_name as table, column_name as column from information_schema.columns
    where table_schema = $1 and column_name = any($2) order by 1, 2`,
    [schema, naming],
  );
  const paths = new Set<string>();
  for (const { table, column } of columns.rows) {
    const found = await source.query<{ name: string }>(
      `select distinct ${quoted(column)} as name from ${quoted(schema)}.${quoted(table)} where ${quoted(column)} is not null`,
    );
    // A roster stands with its folder; everything else lies under its hash.
    for (const { name } of found.rows)
      paths.add(name.includes('/') ? name : `files/${name.slice(0, 2)}/${name}`);
  }
  return [...paths];
}

const sizeOf = (path: string) =>
  stat(path).then(
    ({ size }) => size,
    () => null,
  );

/** Copies the federation's files, sealed as they lie, into another data folder. What is there already stays. Returns how many. */
export async function copyFiles(
  terminal: Terminal,
  source: pg.Client,
  { schema, from, to }: { schema: string; from: string; to: string },
): Promise<number> {
  const paths = await pathsOf(source, schema);
  const bar = showProgress(terminal, `复制文件到 ${to}`, paths.length);
  for (const [index, path] of paths.entries()) {
    const size = await sizeOf(join(from, path));
    // Rosters are thrown away after their time; the row stays.
    if (size === null && path.startsWith('rosters/')) continue;
    if (size === null)
      throw new Refusal(`数据文件夹里缺少 ${path}，没有迁移。请先从备份补回这个文件，再运行一次`);
    const place = join(to, path);
    if ((await sizeOf(place)) !== size) {
      await mkdir(dirname(place), { recursive: true, mode: 0o700 });
      await copyFile(join(from, path), `${place}.draft`);
      const file = await open(`${place}.draft`, 'r');
      await file.sync().finally(() => file.close());
      await rename(`${place}.draft`, place);
    }
    bar.to(index + 1);
  }
  bar.end();
  return paths.length;
}
