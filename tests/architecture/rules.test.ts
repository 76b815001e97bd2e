import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  maxBuffer: 64 * 1024 * 1024,
})
  .toString()
  .split('\n')
  .filter(Boolean);
const read = (name: string) => readFileSync(`${root}/${name}`, 'utf8');
const present = (name: string) => {
  try {
    read(name);
    return true;
  } catch {
    return false;
  }
};
const code = files.filter(
  (name) => /\.tsx?$/.test(name) && !/\.gen\.ts$|\.d\.ts$|\.d\.mts$/.test(name) && present(name),
);
const isTest = (name: string) => /\.test\.tsx?$|(^|\/)tests\/|\/factory\.ts$/.test(name);
const migrations = files.filter((name) => name.startsWith('db/migrations/') && name.endsWith('.sql'));

it('sees the house', () => {
  expect(code.length).toBeGreaterThan(300);
  expect(migrations.length).toBeGreaterThan(9);
});

it('keeps files small: 300 lines, tests 500', () => {
  const long = code
    .map((name) => [name, read(name).split('\n').length] as const)
    .filter(([name, lines]) => lines > (isTest(name) ? 500 : 300));
  expect(long).toEqual([]);
});

it('has only rooms with a name, three folders deep at most', () => {
  const tops = new Set(files.filter((name) => name.includes('/')).map((name) => name.split('/')[0]));
  const named = [
    '.ci',
    'admin',
    'bench',
    'catalogue',
    'db',
    'docs',
    'member',
    'ops',
    'packages',
    'scripts',
    'server',
    'tests',
  ];
  expect([...tops].filter((top) => !named.includes(top!))).toEqual([]);
  const nameless = files.filter((name) =>
    /(^|\/)(utils?|helpers?|common|misc|shared|lib|apps|libs|v2)(\/|\.tsx?$)/.test(name),
  );
  expect(nameless).toEqual([]);
  const deep = code.filter((name) => name.split('/').length - 2 > 3);
  expect(deep).toEqual([]);
});

it('names a benefit in the catalogue only', () => {
  const named = code
    .filter((name) => /^(server|packages|admin|member)\//.test(name) && !isTest(name))
    .filter((name) => /住院医疗|住院慰问|hospital-?consolation|hospitalConsolation/i.test(read(name)));
  expect(named).toEqual([]);
});

it('takes the time from the context, never from the machine, in use cases', () => {
  const impatient = code
    .filter((name) => name.startsWith('server/modules/') && !isTest(name))
    .filter((name) =>
      /Date\.now\(\)|new Date\(\)|\bnow\(\)(?!:)/.test(
        read(name).replace(/clock\.now\(\)|\bnow\(\): Date/g, ''),
      ),
    );
  expect(impatient).toEqual([]);
});

it('writes SQL that runs unchanged on a sharded federation', () => {
  // architecture: no triggers, no serial, no set_config, no functions or rules, no volatile defaults, no extension inside.
  const forbidden =
    /create (or replace )?(trigger|function|procedure|rule)|\b(big|small)?serial\b|set_config|default (now|gen_random_uuid|clock_timestamp|random)\(|create extension/i;
  expect(migrations.filter((name) => forbidden.test(read(name).replace(/^\s*--.*$/gm, '')))).toEqual([]);
  const reaching = code
    .filter((name) => name.startsWith('server/') && !isTest(name))
    .filter((name) => /set_config\s*\(/.test(read(name)));
  // Which binds otherwise where there are workers: tests/database/citus-rules.test.ts.
  expect(reaching).toEqual(['server/kernel/db/opening.ts']);
});

it('guards every table of persons and money by row', () => {
  const text = migrations.map(read).join('\n');
  const guarded = [...text.matchAll(/alter table "?([a-z_]+)"? enable row level security/g)].map(
    (match) => match[1],
  );
  const wanted = [
    'member',
    'member_event',
    'case',
    'task',
    'decision',
    'claim',
    'file',
    'transfer',
    'disbursement',
    'access_event',
  ];
  expect(wanted.filter((table) => !guarded.includes(table))).toEqual([]);
  for (const table of guarded) expect(text).toMatch(new RegExp(`create policy [a-z_]+ on "?${table}"?`));
  // A policy compares columns of its own row: no other table may stand in one.
  const policies = [...text.matchAll(/create policy[\s\S]*?;\n/g)].map((match) => match[0]);
  expect(
    policies.filter((policy) =>
      /from "?[a-z_]+"? (where|join)|\bjoin\b/.test(policy.replace(/from unnest\(/g, '')),
    ),
  ).toEqual([]);
});

it('keeps the words of the workplace out', () => {
  // In two pieces each, so that this file needs no exception.
  const words = [
    ['TO', 'DO'],
    ['FIX', 'ME'],
    ['HA', 'CK'],
  ].map((pieces) => pieces.join(''));
  const marker = new RegExp(`\\b(${words.join('|')})\\b`);
  expect(marker.test(`// ${words[0]}: later`)).toBe(true);
  const texts = files.filter((name) => /\.(ts|tsx|mjs|md|sql|json|yml|css)$/.test(name) && present(name));
  expect(texts.filter((name) => !name.endsWith('package-lock.json') && marker.test(read(name)))).toEqual([]);
});

it('has a README in every module', () => {
  const modules = [
    ...new Set(files.filter((name) => name.startsWith('server/modules/')).map((name) => name.split('/')[2]!)),
  ];
  expect(modules.filter((module) => !files.includes(`server/modules/${module}/README.md`))).toEqual([]);
  expect(modules.filter((module) => !files.includes(`server/modules/${module}/index.ts`))).toEqual([]);
});

it('opens each module by at most ten doors, types aside', () => {
  const doors = files.filter((name) => /^server\/modules\/[^/]+\/index\.ts$/.test(name));
  const wide = doors
    .map(
      (name) =>
        [
          name,
          [...read(name).matchAll(/export ()\{([^}]*)\}/g)].flatMap((match) =>
            match[2]!.split(',').filter((word) => word.trim() && !word.trim().startsWith('type ')),
          ).length,
        ] as const,
    )
    .filter(([, count]) => count > 10);
  expect(wide).toEqual([]);
});

it('knows every word of permissions, modules and statuses in the glossary', () => {
  const glossary = read('docs/glossary.md');
  const modules = [
    ...new Set(files.filter((name) => name.startsWith('server/modules/')).map((name) => name.split('/')[2]!)),
  ];
  const permissions = [...read('packages/contract/permissions.ts').matchAll(/'([a-z]+\.[a-z]+)'/g)].map(
    (match) => match[1]!,
  );
  const statuses = [...read('packages/contract/case-shapes.ts').matchAll(/^ {2}'([a-z_]+)',$/gm)].map(
    (match) => match[1]!,
  );
  expect(
    [...modules, ...permissions, ...statuses].filter((word) => !glossary.includes(`\`${word}\``)),
  ).toEqual([]);
});
