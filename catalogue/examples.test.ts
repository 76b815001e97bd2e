import type { ItemDefinition } from '@smart-union/catalogue-kit';
import type { Examples } from '@smart-union/catalogue-kit/examples.ts';
import { runExample } from '@smart-union/catalogue-kit/examples.ts';
import { describe, expect, it } from 'vitest';
import { hospitalConsolation } from './benefits/hospital-consolation/definition.ts';
import { hospitalConsolationExamples } from './benefits/hospital-consolation/examples.ts';
import { catalogue } from './index.ts';

/** The tables officials read, one line per item. */
const tables: [ItemDefinition, Examples][] = [[hospitalConsolation, hospitalConsolationExamples]];

describe.each(tables.map(([item, table]) => [item.title, item, table] as const))(
  '%s：办理实例',
  (_, definition, table) => {
    it.each(table.rows.map((row) => [row.title, row] as const))('%s', (_, row) => {
      expect(runExample(definition, table, row)).toEqual(row.expect);
    });
  },
);

it('has a table for every item, with someone who gets it and someone who does not', () => {
  expect(tables.map(([definition]) => definition.code)).toEqual(catalogue.map((item) => item.code));
  for (const [definition, table] of tables) {
    const outcomes = table.rows.map((row) => 'yuan' in row.expect);
    expect(outcomes, definition.code).toContain(true);
    expect(outcomes, definition.code).toContain(false);
  }
});
