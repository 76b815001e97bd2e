import { byId, csv, made, type Probes } from './probe.ts';

/** Rosters on their way in, and the calendar. */
export const rosterProbes = {
  'memberImports.preview': {
    lies: 'none',
    works: 'registrar',
    call: () => ({
      query: { fileName: '名册.csv' },
      raw: csv('姓名,证件号码,手机号码,所属工会,入会日期\n王一,1,1,某工会,2026-01-01\n'),
    }),
  },
  'memberImports.commit': {
    lies: 'district',
    works: 'registrar',
    call: (side) => byId(side.memberImportId),
  },
  'memberImports.discard': {
    lies: 'district',
    works: 'registrar',
    before: async ({ t }) => {
      const run = await t
        .as('registrar')
        .memberImports.preview(
          { query: { fileName: '再来.csv' } },
          { raw: csv('姓名,证件号码,手机号码,所属工会,入会日期\n王二,2,2,某工会,2026-01-01\n') },
        );
      made.set('discard', run.id);
    },
    call: (side) => byId(made.get('discard') ?? side.memberImportId),
  },
  'unionImports.preview': {
    lies: 'none',
    works: 'registrar',
    call: () => ({
      query: { fileName: '工会.csv' },
      raw: csv('工会名称,上级工会,层级,组织形式,建会日期\n新工会委员会,海陵区总工会,60,4,2020-05-01\n'),
    }),
  },
  'unionImports.commit': { lies: 'district', works: 'registrar', call: (side) => byId(side.unionImportId) },
  'unionImports.discard': {
    lies: 'district',
    works: 'registrar',
    before: async ({ t }) => {
      const run = await t.as('registrar').unionImports.preview(
        { query: { fileName: '再来.csv' } },
        {
          raw: csv('工会名称,上级工会,层级,组织形式,建会日期\n再来工会委员会,海陵区总工会,60,4,2020-05-01\n'),
        },
      );
      made.set('discard-union', run.id);
    },
    call: (side) => byId(made.get('discard-union') ?? side.unionImportId),
  },
  // The calendar is everybody's: a grant over one district is not enough.
  'calendar.set': {
    lies: 'city',
    works: 'cityAdmin',
    call: () => ({
      params: { on: '2026-12-24' },
      body: { kind: 'holiday', name: '厂休', source: '海陵区总工会通知' },
    }),
  },
  'calendar.remove': { lies: 'city', works: 'cityAdmin', call: () => ({ params: { on: '2026-12-24' } }) },
} satisfies Probes;
