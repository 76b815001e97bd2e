// What `npm test` runs, in this order. A suite is a list of checks (each counts as one) or a vitest run (its tests count).

/** `needs`: 'database' starts a PostgreSQL before the first suite that asks for it, 'browser' provides one likewise. */
export const suites = [
  { name: 'format', title: '格式', checks: [['prettier', '--check', '--log-level', 'warn', '.']] },
  {
    name: 'lint',
    title: '静态检查',
    checks: [
      ['oxlint', '--deny-warnings', '.'],
      // Files, exports and packages that nobody uses.
      ['knip', '--no-progress'],
    ],
  },
  {
    name: 'types',
    title: '类型',
    checks: [
      ['tsc', '-p', 'tsconfig.json', '--noEmit'],
      ['tsc', '-p', 'tests/journeys/tsconfig.json', '--noEmit'],
      ['tsc', '-p', 'admin/tsconfig.json', '--noEmit'],
      ['tsc', '-p', 'member/tsconfig.json', '--noEmit'],
    ],
  },
  {
    name: 'generated',
    title: '生成文件与锁文件',
    checks: [
      ['node', 'scripts/generate.mjs', '--check'],
      // A fresh clone installs by `npm ci`, which refuses what `npm install` tolerates.
      ['npm', 'ci', '--dry-run', '--ignore-scripts', '--loglevel=error'],
      ['npm', 'ci', '--dry-run', '--ignore-scripts', '--loglevel=error', '--prefix', 'member'],
    ],
  },
  { name: 'architecture', title: '结构', vitest: ['--project', 'architecture'] },
  { name: 'unit', title: '单元', vitest: ['--project', 'unit'] },
  { name: 'api', title: '接口', vitest: ['--project', 'api'], needs: ['database'] },
  { name: 'scope', title: '范围', vitest: ['--project', 'scope'], needs: ['database'] },
  {
    name: 'build',
    title: '构建与体积',
    checks: [
      ['node', 'scripts/build.mjs', 'server'],
      ['node', 'scripts/build.mjs', 'admin'],
      ['node', 'scripts/build.mjs', 'h5'],
      ['node', 'scripts/build.mjs', 'weapp'],
      ['node', 'scripts/production.mjs'],
      ['node', 'member/scripts/size.mjs'],
    ],
  },
  { name: 'member', title: '会员端', vitest: ['--project', 'member'] },
  { name: 'faults', title: '故障', vitest: ['--project', 'faults'], needs: ['database'] },
  { name: 'servers', title: '多台服务器', vitest: ['--project', 'servers'], needs: ['database'] },
  {
    name: 'all-faults',
    title: '全部故障',
    vitest: ['--project', 'faults', 'tests/faults/nemeses.test.ts', 'tests/faults/planted.test.ts'],
    needs: ['database'],
    onlyByName: true,
    env: { FAULTS_ROUNDS: process.env.FAULTS_ROUNDS ?? '3' },
  },
  {
    name: 'fuzz',
    title: '乱输入',
    vitest: [
      '--project',
      'scope',
      '--project',
      'api',
      '--project',
      'unit',
      'packages/catalogue-kit',
      'server/kernel/calendar.test.ts',
      'server/modules/disbursements/judge-return.test.ts',
      'server/modules/disbursements/ledger-model.test.ts',
      'tests/input',
      'tests/scope/trees.test.ts',
      'tests/scope/access-log.test.ts',
      'tests/scope/lists.test.ts',
      'tests/scope/bulk.test.ts',
      'tests/scope/canaries.test.ts',
      'server/kernel/sheets/fuzz.test.ts',
    ],
    needs: ['database'],
    // Half an hour and more: only when named, as `npm run fuzz` does.
    onlyByName: true,
    // A bound on the heap: without one V8 leaves garbage lying where there is room, and the memory seen says nothing.
    env: { FUZZ_EFFORT: process.env.FUZZ_EFFORT ?? '25', NODE_OPTIONS: '--max-old-space-size=320' },
  },
  {
    name: 'dump',
    title: '落盘',
    vitest: ['--project', 'scope', 'tests/scope/dump.test.ts'],
    needs: ['database'],
    // 100,000 members and everything that is left of them on disk: only when named.
    onlyByName: true,
    env: { FUZZ_EFFORT: process.env.FUZZ_EFFORT ?? '25' },
  },
  { name: 'journeys', title: '全程', vitest: ['--project', 'journeys'], needs: ['database', 'browser'] },
];
