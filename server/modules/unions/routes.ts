import { contract } from '@smart-union/contract';
import { mount, type HttpHost } from '../../kernel/http.ts';
import { clearOldRosters } from './imports/clear-old-files.ts';
import { importedRows } from './imports/imported-rows.ts';
import { unionRosters } from './import-unions.ts';
import { listUnions, readTree } from './queries.ts';
import { listUnionEvents, readUnionOn } from './read-past.ts';

export function mountUnions(host: HttpHost): void {
  host.platform.jobs.register(clearOldRosters);
  host.platform.jobs.register(unionRosters.job('unions.import', host.auth));
  host.platform.metrics.measure(importedRows);
  mount(host, 'unionImports', contract.unionImports, unionRosters.handlers);
  mount(host, 'unions', contract.unions, {
    list: listUnions,
    tree: readTree,
    get: readUnionOn,
    history: listUnionEvents,
  });
}
