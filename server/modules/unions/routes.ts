import { contract } from '@smart-union/contract';
import { mount, type HttpHost } from '../../kernel/http.ts';
import { unionRosters } from './import-unions.ts';
import { listUnions, readTree } from './queries.ts';
import { listUnionEvents, readUnionOn } from './read-past.ts';

export function mountUnions(host: HttpHost): void {
  // The fixed paths before '/unions/:id', as a person reads them; the router does not mind.
  mount(host, 'unionImports', contract.unionImports, unionRosters.handlers);
  mount(host, 'unions', contract.unions, {
    list: listUnions,
    tree: readTree,
    get: readUnionOn,
    history: listUnionEvents,
  });
}
