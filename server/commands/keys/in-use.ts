import type { Platform } from '../../kernel/context.ts';
import { inSystemContext } from '../../kernel/context.ts';
import { listFederations } from '../../kernel/app.ts';
import { suiteOf, versionOf } from '../../kernel/pii.ts';
import { usageOfFiles } from './reseal-files.ts';
import { usageOfKeys } from './reseal-rows.ts';

export interface KeyUse {
  version: number;
  /** Name of the suite, or the number's being unknown. */
  suite: string;
  /** Code of the federation; null for the stored files, which all share. */
  federation: string | null;
  /** Rows of the sealed column, or files. */
  what: string;
  count: number;
}

/** Which key versions and suites seal what there is, over all federations and the stored files. */
export async function keysInUse(platform: Platform): Promise<KeyUse[]> {
  const uses: KeyUse[] = [];
  const told = (header: number) => ({ version: versionOf(header), suite: suiteOf(header) ?? '未知' });
  for (const federation of await listFederations(platform)) {
    const found = await inSystemContext(platform, federation, '密钥清点', usageOfKeys);
    for (const { header, table, column, rows } of found)
      uses.push({ ...told(header), federation: federation.code, what: `${table}.${column}`, count: rows });
  }
  const files = new Map<string, KeyUse>();
  for await (const { header, passing } of usageOfFiles(platform.config.dataDir)) {
    if (header === null) continue;
    const what = passing ? '上传中的文件' : '文件';
    const name = `${header} ${what}`;
    const known = files.get(name) ?? { ...told(header), federation: null, what, count: 0 };
    files.set(name, { ...known, count: known.count + 1 });
  }
  return [...uses, ...files.values()];
}
