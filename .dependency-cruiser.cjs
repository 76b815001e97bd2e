// Which way code may lean. Checked by tests/architecture, with a floor on the modules seen and a planted violation.
const order = ['accounts', 'unions', 'members', 'cases', 'claims', 'disbursements'];

// A module may use those to its left, never those to its right: accounts, unions → members → cases → claims → disbursements.
const leftward = order.slice(0, -1).map((module, index) => ({
  name: `${module}-looks-left`,
  severity: 'error',
  from: { path: `^server/modules/${module}/`, pathNot: '\\.test\\.ts$' },
  to: { path: `^server/modules/(${order.slice(index + 1).join('|')})/` },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: { pathNot: '\\.test\\.ts$' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'kernel-knows-no-module',
      severity: 'error',
      from: { path: '^server/kernel/', pathNot: '\\.test\\.ts$' },
      to: { path: '^server/(modules|demo|commands|[a-z-]+\\.ts$)' },
    },
    ...leftward,
    {
      name: 'front-door-only',
      severity: 'error',
      from: { path: '^server/modules/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^server/modules/([^/]+)/',
        pathNot: ['^server/modules/$1/', '^server/modules/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'notifications-stand-alone',
      severity: 'error',
      from: { path: '^server/modules/notifications/', pathNot: '\\.test\\.ts$' },
      to: { path: '^server/modules/', pathNot: '^server/modules/notifications/' },
    },
    {
      name: 'nobody-imports-dashboards',
      severity: 'error',
      from: { path: '^server/modules/', pathNot: ['^server/modules/dashboards/', '\\.test\\.ts$'] },
      to: { path: '^server/modules/dashboards/' },
    },
    {
      name: 'catalogue-is-data',
      severity: 'error',
      from: { path: '^catalogue/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^catalogue/', '^packages/catalogue-kit/'] },
    },
    {
      name: 'packages-do-no-input-or-output',
      severity: 'error',
      from: { path: '^packages/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(server|admin|member|tests)/|^(node:)?(fs|net|http|https|child_process|worker_threads|crypto)',
      },
    },
    {
      name: 'kit-loads-zod-only-for-the-schema',
      severity: 'error',
      from: {
        path: '^packages/(catalogue-kit|api-client)/',
        pathNot: ['definition-schema', '\\.test\\.ts$'],
      },
      to: { path: 'node_modules/zod/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'faces-speak-by-contract',
      severity: 'error',
      from: { path: '^(admin|member)/' },
      to: { path: '^server/' },
    },
    {
      name: 'product-needs-no-tests',
      severity: 'error',
      from: { path: '^(server|packages|catalogue|admin|member)/', pathNot: '\\.test\\.tsx?$|/factory\\.ts$' },
      to: { path: '^tests/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules/\\.cache)/|^member/(tests|config|scripts)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};
