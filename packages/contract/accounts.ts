import { z } from 'zod';
import { route } from './route.ts';
import { permissions } from './permissions.ts';
import { both } from './input-words.ts';
import { date, done, id, idParams, instant, pageOf, pageQuery, text, unionRef } from './shapes.ts';

export const roleCodes = [
  'unit-chair',
  'town-cadre',
  'district-registrar',
  'district-approver',
  'treasurer',
  'payer',
  'visitor',
  'auditor',
  'leader',
  'system-admin',
] as const;
export const roleCode = z.enum(roleCodes);

export const grant = z.object({ id, role: roleCode, union: unionRef, until: z.string().nullable() });

/** The signed-in person. `token` is present only for callers that cannot keep cookies (the mini-program). */
export const session = z.object({
  kind: z.enum(['member', 'cadre']),
  accountId: id.nullable(),
  memberId: id.nullable(),
  name: z.string(),
  federation: z.object({ code: z.string(), name: z.string() }),
  demo: z.boolean(),
  grants: z.array(grant),
  permissions: z.array(z.enum(permissions)),
  totp: z.enum(['not-needed', 'needed-not-set', 'set']),
  csrfToken: z.string(),
  token: z.string().optional(),
  expiresAt: instant,
});

export const account = z.object({
  id,
  username: z.string(),
  name: z.string(),
  phoneMasked: z.string().nullable(),
  status: z.enum(['active', 'locked', 'closed']),
  totp: z.boolean(),
  lastSignInAt: instant.nullable(),
  grants: z.array(grant),
  can: z.array(z.string()),
});

const colleague = z.object({ accountId: id, name: z.string(), office: z.string() });

/** One cadre decides cases for another from a day to a day, both included, Asia/Shanghai. */
export const deputyship = z.object({
  id,
  principal: colleague,
  deputy: colleague,
  from: date,
  until: date,
  note: z.string(),
  status: z.enum(['planned', 'in-force', 'ended']),
  /** Did I appoint? Otherwise I am the deputy. */
  mine: z.boolean(),
  can: z.array(z.string()),
});

const password = z
  .string()
  .min(10, both('密码至少 10 位', 'A password has at least 10 characters'))
  .max(200, both('密码最多 200 位', 'A password has at most 200 characters'));
const phone = z.string().trim().min(5).max(30);

export const accounts = {
  requestCode: route({
    method: 'POST',
    path: '/session/codes',
    summary:
      'Send a sign-in code to a member’s phone. The answer is the same whether the phone is known or not.',
    public: true,
    perMinute: 20,
    body: z.object({ phone }),
    reply: z.object({ retryAfterSeconds: z.int(), outbox: z.string().nullable() }),
  }),
  signInMember: route({
    method: 'POST',
    path: '/session/member',
    summary: 'Sign a member in with phone and code.',
    public: true,
    perMinute: 30,
    body: z.object({ phone, code: z.string().trim().min(4).max(8), keepToken: z.boolean().default(false) }),
    reply: session,
  }),
  signInCadre: route({
    method: 'POST',
    path: '/session/cadre',
    summary: 'Sign a cadre in with user name, password and, where required, the TOTP code.',
    public: true,
    perMinute: 30,
    body: z.object({
      username: text(60),
      password: z.string().min(1).max(200),
      totp: z.string().max(8).optional(),
    }),
    reply: z.union([session, z.object({ totpRequired: z.literal(true) })]),
  }),
  getSession: route({
    method: 'GET',
    path: '/session',
    summary: 'Who is signed in, with permissions.',
    self: 'any',
    reply: session,
  }),
  signOut: route({ method: 'DELETE', path: '/session', summary: 'Sign out.', self: 'any', reply: done }),
  changePassword: route({
    method: 'PUT',
    path: '/me/password',
    summary: 'Change one’s own password; other sessions end.',
    self: 'cadre',
    body: z.object({ current: z.string().min(1).max(200), next: password }),
    reply: done,
  }),
  beginTotp: route({
    method: 'POST',
    path: '/me/totp',
    summary: 'Begin setting up the one-time code; returns the secret once.',
    self: 'cadre',
    reply: z.object({ secret: z.string(), url: z.string() }),
  }),
  confirmTotp: route({
    method: 'PUT',
    path: '/me/totp',
    summary: 'Confirm the one-time code.',
    self: 'cadre',
    body: z.object({ code: z.string().min(6).max(8) }),
    reply: done,
  }),
  listDeputies: route({
    method: 'GET',
    path: '/me/deputies',
    summary: 'Who decides cases for me while I am away, and for whom I do; the latest first.',
    self: 'cadre',
    reply: z.object({ items: z.array(deputyship), mayAppoint: z.boolean() }),
  }),
  deputyCandidates: route({
    method: 'GET',
    path: '/me/deputies/candidates',
    summary:
      'Colleagues of my union and of the one above whom I may appoint; `q` is the beginning of a name.',
    self: 'cadre',
    query: z.object({ q: z.string().trim().max(50).optional() }),
    reply: z.object({ items: z.array(colleague) }),
  }),
  appointDeputy: route({
    method: 'POST',
    path: '/me/deputies',
    summary: 'Let a colleague decide cases for me from a day to a day. Not my accounts, audit or money.',
    self: 'cadre',
    body: z.object({ accountId: id, from: date, until: date, note: text(200) }),
    reply: deputyship,
  }),
  revokeDeputy: route({
    method: 'DELETE',
    path: '/me/deputies/:id',
    summary: 'End a deputyship before its day, by whom it was given or by the deputy.',
    self: 'cadre',
    params: idParams,
    reply: done,
  }),
  list: route({
    method: 'GET',
    path: '/accounts',
    summary: 'Cadres’ accounts in my scope.',
    permission: 'accounts.view',
    query: pageQuery.extend({ unionId: id.optional(), role: roleCode.optional() }),
    reply: pageOf(account),
  }),
  get: route({
    method: 'GET',
    path: '/accounts/:id',
    summary: 'One account.',
    permission: 'accounts.view',
    params: idParams,
    reply: account,
  }),
  create: route({
    method: 'POST',
    path: '/accounts',
    summary: 'Open an account with its first grant; the first password is shown once.',
    permission: 'accounts.manage',
    body: z.object({
      username: text(60).regex(
        /^[a-z0-9][a-z0-9.-]{2,59}$/,
        both(
          '用户名用小写字母、数字、点或横线，3 位以上',
          'A user name is 3 or more small letters, digits, dots or dashes',
        ),
      ),
      name: text(50),
      memberIdNumber: z.string().trim().max(30).optional(),
      role: roleCode,
      unionId: id,
    }),
    reply: z.object({ account, firstPassword: z.string() }),
  }),
  addGrant: route({
    method: 'POST',
    path: '/accounts/:id/grants',
    summary: 'Give a role over a union.',
    permission: 'accounts.manage',
    params: idParams,
    body: z.object({ role: roleCode, unionId: id, until: z.iso.date().nullable().default(null) }),
    reply: account,
  }),
  removeGrant: route({
    method: 'DELETE',
    path: '/accounts/:id/grants/:grantId',
    summary: 'Take a role back.',
    permission: 'accounts.manage',
    params: z.object({ id, grantId: id }),
    reply: account,
  }),
  setStatus: route({
    method: 'PUT',
    path: '/accounts/:id/status',
    summary: 'Unlock or close an account.',
    permission: 'accounts.manage',
    params: idParams,
    body: z.object({ status: z.enum(['active', 'closed']), reason: text(200) }),
    reply: account,
  }),
};
