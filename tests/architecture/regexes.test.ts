import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = ['server', 'catalogue', 'packages', 'member/src', 'admin/src', 'admin/wall'];

interface Found {
  source: string;
  flags: string;
  where: string;
}

/** Every regular expression written in a file: literals, and those made of a string that stands there. */
function regexesOf(path: string, text: string): Found[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Found[] = [];
  const add = (node: ts.Node, source: string, flags: string) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    found.push({ source, flags, where: `${relative(root, path)}:${line + 1}` });
  };
  const walk = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      add(node, node.text.slice(1, end), node.text.slice(end + 1));
    } else if (
      (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
      node.expression.getText() === 'RegExp'
    ) {
      const [source, flags] = node.arguments ?? [];
      if (source && ts.isStringLiteralLike(source))
        add(node, source.text, flags && ts.isStringLiteralLike(flags) ? flags.text : '');
    }
    ts.forEachChild(node, walk);
  };
  walk(file);
  return found;
}

async function everyRegex(): Promise<Found[]> {
  const found: Found[] = [];
  for (const folder of folders) {
    const names = await readdir(join(root, folder), { recursive: true });
    for (const name of names) {
      if (!/\.tsx?$/.test(name) || /(^|\/)(node_modules|dist)\/|\.test\.ts|\.gen\.ts$/.test(name)) continue;
      const path = join(root, folder, name);
      found.push(...regexesOf(path, await readFile(path, 'utf8')));
    }
  }
  return found;
}

/** What a text of an attacker's choice could make of it: `safe`, or how its time grows and on what. */
let judge: (source: string, flags: string) => Promise<string>;
beforeAll(async () => {
  // The checker's part written in JavaScript: the same everywhere, without Java or a binary.
  process.env.RECHECK_BACKEND = 'pure';
  const { check } = await import('recheck');
  judge = async (source, flags) => {
    const told = await check(source, flags, { timeout: 100_000 });
    if (told.status === 'safe') return 'safe';
    if (told.status === 'unknown') return `unknown: ${told.error.kind}`;
    return `${told.complexity.summary}: ${told.attack.pattern.slice(0, 120)}`;
  };
});

it('knows a bad expression from a good one, wherever it stands', async () => {
  expect(await judge('^(a+)+$', '')).toContain('exponential');
  expect(await judge(String.raw`(\d+)\s*(\d+)$`, '')).toContain('polynomial');
  expect(await judge('^[a-z]{1,30}$', '')).toBe('safe');
  const text = 'const a = /x+/g; const b = new RegExp("y+", "u"); const c = `${/z/.test("q")}`;';
  expect(regexesOf(join(root, 'a.ts'), text).map(({ source, flags }) => `${source} ${flags}`)).toEqual([
    'x+ g',
    'y+ u',
    'z ',
  ]);
});

it('no regular expression of ours takes a time that grows faster than the text', async () => {
  const found = await everyRegex();
  expect(found.length).toBeGreaterThan(150);
  const judged = new Map<string, Promise<string>>();
  const bad: string[] = [];
  for (const { source, flags, where } of found) {
    const key = `/${source}/${flags}`;
    const verdict = judged.get(key) ?? judge(source, flags);
    judged.set(key, verdict);
    if ((await verdict) !== 'safe') bad.push(`${where} ${key}: ${await verdict}`);
  }
  expect(bad).toEqual([]);
});
