import type { Permission } from '@smart-union/contract';
import type { Scope } from './db.ts';
import { DomainError } from './errors.ts';

/** A role over one union and everything under it. */
export interface Grant {
  id: string;
  role: string;
  unionId: string;
  unionPath: string;
  unionName: string;
  permissions: readonly Permission[];
  /** Whose grant it is, where it is held as her deputy. */
  lentBy?: Principal;
}

/** Somebody as four eyes know her: an account, the membership behind it, the blind index of her ID number. */
export interface Person {
  accountId: string;
  memberId: string | null;
  personIndex: Buffer | null;
}

/** A cadre who is away and whose cases another decides. */
export interface Principal extends Person {
  name: string;
}

export interface MemberActor {
  kind: 'member';
  memberId: string;
  name: string;
  unionId: string;
  unionPath: string;
}

export interface CadreActor {
  kind: 'cadre';
  accountId: string;
  name: string;
  /** Name of the union she acts for, as the member reads it in 谁看过我的信息. */
  office: string;
  grants: readonly Grant[];
  memberId: string | null;
  /** Blind index of her ID number: two accounts of one person are one person. */
  personIndex: Buffer | null;
  /** Those she decides for today, and those who decide for her: with them she is one person to four eyes. */
  oneWith?: readonly Person[];
}

export interface SystemActor {
  kind: 'system';
  name: string;
}

export type Actor = { kind: 'anonymous' } | MemberActor | CadreActor | SystemActor;

const covers = (upper: string, path: string) => path === upper || path.startsWith(`${upper}.`);

/** Everybody the actor is one with, herself first, as the lists that comparisons take. */
export function personsOf(actor: CadreActor) {
  const persons: readonly Person[] = [actor, ...(actor.oneWith ?? [])];
  return {
    accountIds: persons.map((person) => person.accountId),
    memberIds: persons.flatMap((person) => person.memberId ?? []),
    personIndexes: persons.flatMap((person) => person.personIndex ?? []),
  };
}

/** Drops every path that lies under another of the list. */
export function minimalPaths(paths: readonly string[]): string[] {
  const sorted = [...new Set(paths)].toSorted();
  return sorted.filter((path) => !sorted.some((other) => other !== path && covers(other, path)));
}

/** Is `path` in one of the subtrees? */
export const isWithin = (path: string, paths: readonly string[]) =>
  paths.some((upper) => covers(upper, path));

/** The subtrees in which a cadre holds a permission; empty when she does not hold it anywhere. */
export function pathsFor(actor: Actor, permission: Permission): readonly string[] {
  if (actor.kind === 'system') return everywhere;
  if (actor.kind !== 'cadre') return nowhere;
  let known = pathsOfActor.get(actor);
  if (!known) pathsOfActor.set(actor, (known = new Map()));
  let paths = known.get(permission);
  if (!paths) {
    const grants = actor.grants.filter((grant) => grant.permissions.includes(permission));
    known.set(permission, (paths = minimalPaths(grants.map((grant) => grant.unionPath))));
  }
  return paths;
}

const everywhere = ['f'];
const nowhere: readonly string[] = [];
/** An actor does not change while she is remembered, and every row of a list asks what she may do with it. */
const pathsOfActor = new WeakMap<CadreActor, Map<Permission, readonly string[]>>();

export const holds = (actor: Actor, permission: Permission) => pathsFor(actor, permission).length > 0;

/** Does the actor hold the permission over this path? */
export const holdsOver = (actor: Actor, permission: Permission, path: string) =>
  isWithin(path, pathsFor(actor, permission));

/** The scope of a permission. Throws `permission-missing` when the actor does not hold it anywhere. */
export function scopeFor(actor: Actor, permission: Permission): Scope {
  const paths = pathsFor(actor, permission);
  if (paths.length === 0) throw new DomainError('permission-missing');
  return { paths, memberId: null, accountId: actor.kind === 'cadre' ? actor.accountId : null };
}

/** The scope of a route about oneself: a member sees herself; a cadre what any of her grants covers. */
export function ownScope(actor: Actor): Scope {
  if (actor.kind === 'member') return { paths: [], memberId: actor.memberId, accountId: null };
  if (actor.kind === 'cadre') {
    return {
      paths: minimalPaths(actor.grants.map((grant) => grant.unionPath)),
      memberId: null,
      accountId: actor.accountId,
    };
  }
  return { paths: [], memberId: null, accountId: null };
}
