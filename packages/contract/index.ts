import { accounts } from './accounts.ts';
import { audit } from './audit.ts';
import { calendar } from './calendar.ts';
import { cases } from './cases.ts';
import { catalogue } from './catalogue.ts';
import { claims } from './claims.ts';
import { dashboards } from './dashboards.ts';
import { disbursements } from './disbursements.ts';
import { files } from './files.ts';
import { memberImports, unionImports } from './imports.ts';
import { members } from './members.ts';
import { notifications } from './notifications.ts';
import { privacy } from './privacy.ts';
import { system } from './system.ts';
import { unions } from './unions.ts';

export { englishOf, inputWords } from './input-words.ts';
export { permissions, type Permission } from './permissions.ts';
export type { CallOf, Guard, InputOf, Method, RawReply, ReplyOf, Route, RouteTable } from './route.ts';

/** Every route of the platform, by module. The OpenAPI page, the client and the scope tests are made from it. */
export const contract = {
  accounts,
  audit,
  calendar,
  cases,
  catalogue,
  claims,
  dashboards,
  disbursements,
  files,
  memberImports,
  members,
  notifications,
  privacy,
  system,
  unionImports,
  unions,
};
export type Contract = typeof contract;
