import { createHash, randomBytes } from 'node:crypto';
import type { Permission } from '@smart-union/contract';
import type { Actor, CadreActor, Grant, Principal } from './access.ts';
import { dayOf } from './clock.ts';
import { whileMoving, type Federation, type Platform } from './context.ts';
import { inTransaction, wholeFederation } from './db.ts';
import { statement } from './db/statement.ts';

/** A cadre's session ends after 30 idle minutes, a member's after 7 idle days. */
export const idleMillis = { cadre: 30 * 60_000, member: 7 * 86_400_000 };
/** A session's end is moved on after this part of its idle time: a cadre's every minute, a member's every 5.6 hours. */
const movesPerIdle = 30;
const rememberMillis = 3000;

export interface Session {
  tokenHash: Buffer;
  actor: Actor;
  csrfToken: string;
  expiresAt: Date;
}

export const newToken = () => randomBytes(32).toString('base64url');
export const hashOf = (token: string) => createHash('sha256').update(token).digest();

/** What a role may do; `lent` is what of it a deputy may. */
type PermissionsOf = (role: string, hasTotp: boolean, lent: boolean) => readonly Permission[];

export interface Auth {
  /** The session behind a token; null when unknown, ended or expired. */
  sessionOf(federation: Federation, token: string): Promise<Session | null>;
  /** An account as she may act now, without a session: for a job that does what she asked for. Null when she may no longer. */
  cadreOf(db: Reader, accountId: string, now: Date): Promise<CadreActor | null>;
  /** Forgets what is remembered, at sign-out and when grants change; other servers follow within three seconds. */
  forget(): void;
}

/**
 * Sessions live in the database. What a token stands for is remembered for three seconds, so a burst of calls reads it
 * once and a revoked session or grant still ends within five.
 */
export function createAuth(platform: Platform, permissionsOf: PermissionsOf): Auth {
  const remembered = new Map<string, { session: Promise<Session | null>; at: number }>();
  const read = async (federation: Federation, tokenHash: Buffer): Promise<Session | null> => {
    const now = platform.clock.now();
    return inTransaction(platform.database, federation.schema, wholeFederation, async (transaction) => {
      const { db } = transaction;
      const [row] = await sessionFound(transaction, { tokenHash, now });
      if (!row) return null;
      const actor = row.account_id ? await cadre(db, row.account_id, now, permissionsOf) : memberOf(row);
      if (!actor) return null;
      // Moved on once in a while, so that reading stays reading.
      const idle = idleMillis[row.kind as 'cadre' | 'member'];
      if (!federation.moving && now.getTime() - row.seen_at.getTime() > idle / movesPerIdle) {
        const expiresAt = new Date(now.getTime() + idle);
        await db
          .updateTable('session')
          .set({ seen_at: now, expires_at: expiresAt })
          .where('token_hash', '=', tokenHash)
          .execute();
      }
      return { tokenHash, actor, csrfToken: row.csrf_token, expiresAt: row.expires_at };
    }).catch((error: unknown) => {
      throw whileMoving(federation, error);
    });
  };
  return {
    cadreOf: (db, accountId, now) => cadre(db, accountId, now, permissionsOf),
    sessionOf(federation, token) {
      const key = `${federation.code} ${token}`;
      const now = platform.clock.now().getTime();
      const known = remembered.get(key);
      // A clock put back makes what is remembered younger than nothing: then it is read anew.
      const age = known ? now - known.at : -1;
      if (known && age >= 0 && age < rememberMillis) return known.session;
      if (remembered.size > 20_000) remembered.clear();
      const session = read(federation, hashOf(token));
      remembered.set(key, { session, at: now });
      session.catch(() => remembered.delete(key));
      return session;
    },
    forget: () => remembered.clear(),
  };
}

type Reader = Parameters<Parameters<typeof inTransaction>[3]>[0]['db'];

/** With the member it is of, if it is a member's. */
const sessionFound = statement((db, { tokenHash, now }: { tokenHash: Buffer; now: Date }) =>
  db
    .selectFrom('session')
    .leftJoin('member', (join) =>
      join.onRef('member.id', '=', 'session.member_id').on('member.status', '!=', 'left'),
    )
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .select(['session.kind', 'session.account_id', 'session.csrf_token', 'session.seen_at'])
    .select(['session.expires_at', 'member.id as memberId', 'member.name'])
    .select(['member.union_id as unionId', 'member.union_path as unionPath']),
);

type Found = Awaited<ReturnType<typeof sessionFound>>[number];

function memberOf({ memberId, name, unionId, unionPath }: Found): Actor | null {
  if (memberId === null || name === null || unionId === null || unionPath === null) return null;
  return { kind: 'member', memberId, name, unionId, unionPath };
}

/** Deputyships in force in which the account is either side, with the other side. Both accounts are active. */
async function deputyshipsOf(db: Reader, accountId: string, today: string) {
  const other = (mine: 'deputy_account_id' | 'account_id', its: 'account_id' | 'deputy_account_id') =>
    db
      .selectFrom('deputy')
      .innerJoin('account', 'account.id', `deputy.${its}`)
      .select(['account.id as accountId', 'account.name', 'account.member_id as memberId'])
      .select('account.person_index as personIndex')
      .where(`deputy.${mine}`, '=', accountId)
      .where('deputy.from_on', '<=', today)
      .where('deputy.until_on', '>=', today)
      .where('deputy.revoked_at', 'is', null)
      .where('account.status', '=', 'active')
      .execute();
  const [principals, deputies] = await Promise.all([
    other('deputy_account_id', 'account_id'),
    other('account_id', 'deputy_account_id'),
  ]);
  return { principals, deputies };
}

/**
 * An active account with the grants in force today; the longest-standing grant names the office. A deputy holds besides
 * what her principals may decide, under her own second factor.
 */
async function cadre(
  db: Reader,
  accountId: string,
  now: Date,
  permissionsOf: PermissionsOf,
): Promise<CadreActor | null> {
  const account = await db
    .selectFrom('account')
    .select(['id', 'name', 'status', 'member_id', 'person_index', 'totp_confirmed_at'])
    .where('id', '=', accountId)
    .executeTakeFirst();
  if (!account || account.status !== 'active') return null;
  const today = dayOf(now);
  const { principals, deputies } = await deputyshipsOf(db, accountId, today);
  const lenders = new Map<string, Principal>(principals.map((principal) => [principal.accountId, principal]));
  const rows = await db
    .selectFrom('grant')
    .innerJoin('union', 'union.id', 'grant.union_id')
    .select(['grant.id', 'grant.account_id', 'grant.role', 'grant.union_id', 'union.path', 'union.name'])
    .where((eb) => eb('grant.account_id', '=', eb.fn.any(eb.val([accountId, ...lenders.keys()]))))
    .where('grant.revoked_at', 'is', null)
    .where('grant.from_on', '<=', today)
    .where((eb) => eb.or([eb('grant.until_on', 'is', null), eb('grant.until_on', '>=', today)]))
    .orderBy('grant.granted_at')
    .execute();
  const grants = rows.map((row): Grant => {
    const lentBy = lenders.get(row.account_id);
    return {
      id: row.id,
      role: row.role,
      unionId: row.union_id,
      unionPath: row.path,
      unionName: row.name,
      permissions: permissionsOf(row.role, account.totp_confirmed_at !== null, lentBy !== undefined),
      ...(lentBy ? { lentBy } : {}),
    };
  });
  const own = grants.filter((grant) => !grant.lentBy);
  return {
    kind: 'cadre',
    accountId: account.id,
    name: account.name,
    office: own[0]?.unionName ?? '',
    memberId: account.member_id,
    personIndex: account.person_index,
    // Own grants first: what she may do herself she does not do for another.
    grants: [...own, ...grants.filter((grant) => grant.lentBy && grant.permissions.length > 0)],
    oneWith: [...principals, ...deputies],
  };
}
