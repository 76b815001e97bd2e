import { roles } from '../../server/modules/accounts/roles.ts';
import type { RouteName } from './probe.ts';
import type { Side } from './scene.ts';

/** Who asks, as the rules see her. `path`: of the union she stands at; null for a member and without a grant in force. */
export interface Who {
  id: string;
  role: string | null;
  path: string | null;
}

/** A row that a list may show: whose, and where it lies. */
export interface Row {
  id: string;
  path: string | null;
  owner: string | null;
}

/** Which rows there are behind a list, said without the product's own queries. */
export interface Truth {
  /** SQL for all rows the list could ever show anybody: id, and path or owner. `$1` is the id a list of parts is of. */
  rows: string;
  /** What of an item is its id, `id` if not said; null where items have none and can only be counted. */
  key?: string | null;
  /** So that the list filters nothing. */
  query?: Record<string, string>;
  /** Which of the rows she is to see; what lies at or under her union if not said. */
  sees?: (row: Row, who: Who) => boolean;
}

export const under = (path: string | null, above: string | null): boolean =>
  path !== null && above !== null && (path === above || path.startsWith(`${above}.`));
const inScope: NonNullable<Truth['sees']> = (row, who) => under(row.path, who.path);
const mine: Truth['sees'] = (row, who) => row.owner === who.id;
const everybody: Truth['sees'] = () => true;
const may = (who: Who, permission: string) =>
  who.role !== null && (roles[who.role]!.permissions as readonly string[]).includes(permission);

export const seesOf = (truth: Truth) => truth.sees ?? inScope;

const inForce = `revoked_at is null and from_on <= '2026-11-24' and (until_on is null or until_on >= '2026-11-24')`;
const importsOf = (noun: string): Truth => ({
  rows: `select id, union_path as path from roster_import where noun = '${noun}'`,
});

/** Every list of the contract. A list that is not here fails `lists.test.ts` by name: say which rows it is made of. */
export const truths: Partial<Record<RouteName, Truth>> = {
  'accounts.list': {
    rows: `select account_id as id, union_path as path from "grant" where revoked_at is null`,
  },
  'accounts.getSession': {
    rows: `select id, account_id as owner from "grant" where ${inForce}`,
    sees: mine,
  },
  'accounts.listDeputies': {
    rows: `select id, account_id as owner from deputy union all select id, deputy_account_id from deputy`,
    sees: mine,
  },
  // Of her union and the one directly above, and never herself.
  'accounts.deputyCandidates': {
    key: 'accountId',
    rows: `select account_id as id, union_path as path, account_id as owner from "grant" where ${inForce}`,
    sees: (row, who) =>
      who.path !== null &&
      (may(who, 'cases.review') || may(who, 'cases.approve')) &&
      row.owner !== who.id &&
      (row.path === who.path || row.path === who.path.split('.').slice(0, -1).join('.')),
  },
  'audit.list': {
    key: 'sequence',
    rows: `select lane::bigint * 1000000000000 + sequence as id, union_path as path from audit_event`,
  },
  'calendar.list': {
    key: 'on',
    rows: `select on_date::text as id from calendar_day where on_date between '2026-01-01' and '2026-12-31'`,
    query: { year: '2026' },
    sees: everybody,
  },
  'cases.list': {
    rows: `select id, union_path as path from "case" where status <> 'draft' and submitted_at is not null`,
    query: { view: 'all' },
  },
  'cases.listMine': { rows: `select id, member_id as owner from "case"`, sees: mine },
  'catalogue.list': {
    key: 'code',
    rows: `select distinct code as id from catalogue_item where retired_at is null`,
    sees: everybody,
  },
  'claims.entitlements': {
    key: 'code',
    rows: `select distinct code as id from catalogue_item where retired_at is null`,
    sees: everybody,
  },
  'disbursements.listFunds': { rows: `select id, union_path as path from fund` },
  'disbursements.list': { rows: `select id, union_path as path from disbursement` },
  'disbursements.listVisits': {
    rows: `select id, union_path as path from disbursement where status = 'visit-due'`,
  },
  'disbursements.listBatches': { rows: `select id, union_path as path from payment_batch` },
  'disbursements.listExceptions': { rows: `select id, union_path as path from payment_exception` },
  'disbursements.myPaymentDate': {
    key: 'caseId',
    rows: `select case_id as id, member_id as owner from disbursement where status = 'paid'`,
    sees: mine,
  },
  'memberImports.list': importsOf('members'),
  'unionImports.list': importsOf('unions'),
  'members.list': { rows: `select id, union_path as path from member where status <> 'left'` },
  'members.myAccessLog': {
    key: null,
    rows: `select id, member_id as owner from access_event`,
    sees: mine,
  },
  'notifications.list': {
    rows: `select id, coalesce(member_id, account_id) as owner from message`,
    sees: mine,
  },
  'privacy.list': {
    rows: `select id, union_path as path, account_id as owner from privacy_request`,
    sees: (row, who) => row.owner === who.id || (may(who, 'audit.view') && under(row.path, who.path)),
  },
  // The proofs are of the whole federation: what they say is the same for every administrator.
  'system.listChecks': {
    key: 'name',
    rows: `select unnest(array['audit', 'ledger', 'figures']) as id`,
    sees: everybody,
  },
  'unions.list': { rows: `select id, path from "union" where status <> 'dissolved'` },
  // The root she stands at; its children are asked for by `parent`.
  'unions.tree': {
    rows: `select id, path from "union" where status <> 'dissolved'`,
    sees: (row, who) => row.path === who.path,
  },
};

/** Rows of one thing: the thing decides who sees them, so all of them are seen. */
export const parts: Partial<Record<RouteName, Truth & { of: (side: Side) => string }>> = {
  // Who holds the permission of the open task over its place, but for her who asks; told to one who holds it herself.
  'cases.colleagues': {
    key: 'accountId',
    of: (side) => side.openCase,
    rows: `select g.account_id as id, g.account_id as owner from task t join "grant" g
        on (t.union_path = g.union_path or t.union_path like g.union_path || '.%')
      where t.case_id = $1 and t.closed_at is null and g.role = 'unit-chair' and ${inForce}`,
    sees: (row, who) => may(who, 'cases.review') && row.owner !== who.id,
  },
  'disbursements.listTransfers': {
    of: (side) => side.fundId,
    rows: `select id, union_path as path from transfer where fund_id = $1`,
  },
  'disbursements.listLines': {
    key: 'disbursementId',
    of: (side) => side.returnedBatch,
    rows: `select disbursement_id as id from payment_line where batch_id = $1`,
    sees: everybody,
  },
  'memberImports.faults': {
    key: null,
    of: (side) => side.memberImportId,
    rows: `select position as id from roster_fault where import_id = $1`,
    sees: everybody,
  },
  'unionImports.faults': {
    key: null,
    of: (side) => side.unionImportId,
    rows: `select position as id from roster_fault where import_id = $1`,
    sees: everybody,
  },
  'members.history': {
    of: (side) => side.member.id,
    rows: `select id from member_event where member_id = $1`,
    sees: everybody,
  },
  'unions.history': {
    of: (side) => side.unionId,
    rows: `select id from union_event where union_id = $1`,
    sees: everybody,
  },
};

/** An export is its list in a workbook: which list, and by which column a row is known to be which item. */
export const exportsOf: Partial<
  Record<RouteName, { list: RouteName; title: string; field: string; query?: Record<string, string> }>
> = {
  'members.exportList': { list: 'members.list', title: '会员号', field: 'memberNumber' },
  'cases.exportList': { list: 'cases.list', title: '编号', field: 'number', query: { view: 'all' } },
  'disbursements.exportPayments': { list: 'disbursements.list', title: '申请编号', field: 'caseNumber' },
  'disbursements.exportVisits': { list: 'disbursements.listVisits', title: '申请编号', field: 'caseNumber' },
};
