import { TOTP } from 'otpauth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { worldNow } from '../../../tests/database/template.ts';
import { worldPassword } from '../../../tests/world/world.ts';
import { csrfCookie, sessionCookie } from '../../kernel/http.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t?.close());

type Reply = Awaited<ReturnType<TestApp['call']>>;
const codeOf = ({ status, body }: Reply) =>
  (body as { error?: { code: string } } | null)?.error?.code ?? status;

const signIn = (username: string, password: string, totp?: string) =>
  t.call(null, {
    method: 'POST',
    url: '/api/v1/session/cadre',
    payload: { username, password, ...(totp ? { totp } : {}) },
  });

const cookiesOf = (reply: Reply) => [reply.headers['set-cookie'] ?? []].flat() as string[];
const valueOf = (reply: Reply, name: string) =>
  cookiesOf(reply)
    .find((cookie) => cookie.startsWith(`${name}=`))!
    .slice(name.length + 1)
    .split(';')[0]!;

it('tells a stranger nothing of which names exist: the same replies, failure by failure, locked and open again', async () => {
  const walk = async (username: string) => {
    const told: unknown[] = [];
    for (let count = 0; count < 7; count += 1) {
      const { status, body } = await signIn(username, 'not-the-password');
      told.push([status, { ...(body as { error: object }).error, requestId: '' }]);
    }
    t.addDays(1);
    told.push(codeOf(await signIn(username, 'not-the-password')));
    t.addDays(-1);
    return told;
  };
  await t.as('admin').accounts.setStatus({
    params: { id: t.world.cadres.visitor.id },
    body: { status: 'closed', reason: '调离岗位' },
  });
  const known = await walk(t.world.cadres.deputyChair.username);
  expect(known.map((one) => (one as { 1: { code: string } })[1]?.code)).toEqual([
    ...Array.from({ length: 4 }, () => 'credentials-wrong'),
    ...Array.from({ length: 3 }, () => 'account-locked'),
    undefined,
  ]);
  expect(await walk('nobody.at.all')).toEqual(known);
  expect(await walk(t.world.cadres.visitor.username)).toEqual(known);
  expect(await walk('NOBODY.else')).toEqual(known);
});

it('takes as long for a name nobody has as for a wrong password', async () => {
  const times = { known: [] as number[], unknown: [] as number[] };
  const { username } = t.world.cadres.auditor;
  for (let count = 0; count < 16; count += 1) {
    const which = count % 2 ? 'known' : 'unknown';
    const begun = performance.now();
    await signIn(which === 'known' ? username : `unknown-${count}`, 'not-the-password');
    times[which].push(performance.now() - begun);
    await t.db((ctx) => ctx.db.deleteFrom('sign_in_failure').execute());
  }
  const median = (all: number[]) => all.toSorted((a, b) => a - b)[all.length >> 1]!;
  // Both cost a password's hash. Without it one of them would take a twentieth of the other.
  const ratio = median(times.known) / median(times.unknown);
  expect(ratio).toBeGreaterThan(0.5);
  expect(ratio).toBeLessThan(2);
});

it('locks after five failures, whatever comes then, and an administrator may open it', async () => {
  const { username, totpSecret, id } = t.world.cadres.approver;
  const code = () => new TOTP({ secret: totpSecret! }).generate({ timestamp: worldNow.getTime() });
  const tries = await Promise.all(Array.from({ length: 5 }, () => signIn(username, 'not-the-password')));
  // At once or one after another: each is counted.
  expect(tries.map(codeOf).toSorted()).toEqual([
    'account-locked',
    ...Array.from({ length: 4 }, () => 'credentials-wrong'),
  ]);
  expect(codeOf(await signIn(username, worldPassword, code()))).toBe('account-locked');
  const shown = await t.as('admin').accounts.get({ params: { id } });
  expect(shown.status).toBe('locked');
  await t.as('admin').accounts.setStatus({
    params: { id },
    body: { status: 'active', reason: '本人申请解锁' },
  });
  expect((await signIn(username, worldPassword, '000000')).status).toBe(401);
  expect((await signIn(username, worldPassword, code())).status).toBe(200);
  // A one-time code serves once, even within its half minute.
  expect(codeOf(await signIn(username, worldPassword, code()))).toBe('credentials-wrong');
});

it('opens a session under a token of its own, in cookies no script and no other site can use', async () => {
  const { username } = t.world.cadres.chair;
  const brought = 'a'.repeat(43);
  const reply = await t.call(null, {
    method: 'POST',
    url: '/api/v1/session/cadre',
    payload: { username, password: worldPassword },
    headers: { cookie: `${sessionCookie}=${brought}` },
  });
  expect(reply.status).toBe(200);
  const token = valueOf(reply, sessionCookie);
  expect(token).not.toBe(brought);
  expect(token.length).toBeGreaterThanOrEqual(43);
  const cookie = cookiesOf(reply).find((one) => one.startsWith(sessionCookie))!;
  expect(cookie).toMatch(/HttpOnly/);
  expect(cookie).toMatch(/SameSite=(Lax|Strict)/);
  const again = await signIn(username, worldPassword);
  expect(valueOf(again, sessionCookie)).not.toBe(token);
});

it('takes a change by cookie only with the token of our own page, and never by reading', async () => {
  const reply = await signIn(t.world.cadres.chair.username, worldPassword);
  const cookie = `${sessionCookie}=${valueOf(reply, sessionCookie)}; ${csrfCookie}=${valueOf(reply, csrfCookie)}`;
  const post = (headers: Record<string, string>) =>
    t.call(null, { method: 'DELETE', url: '/api/v1/session', headers: { cookie, ...headers } });
  expect(codeOf(await post({}))).toBe('csrf-missing');
  expect(codeOf(await post({ 'x-csrf-token': 'guessed' }))).toBe('csrf-missing');
  const other = await signIn(t.world.cadres.siblingChair.username, worldPassword);
  expect(codeOf(await post({ 'x-csrf-token': valueOf(other, csrfCookie) }))).toBe('csrf-missing');
  const read = await t.call(null, { method: 'GET', url: '/api/v1/session', headers: { cookie } });
  expect(read.status).toBe(200);
  expect((await post({ 'x-csrf-token': valueOf(reply, csrfCookie) })).status).toBe(200);
});

it('ends a cadre’s session after half an hour of rest and a member’s after seven days, and not before', async () => {
  const { username } = t.world.cadres.chair;
  const start = worldNow.getTime();
  const later = (minutes: number) => t.setNow(new Date(start + minutes * 60_000));
  later(0);
  const token = valueOf(await signIn(username, worldPassword), sessionCookie);
  const look = async () =>
    codeOf(
      await t.call(null, {
        method: 'GET',
        url: '/api/v1/session',
        headers: { authorization: `Bearer ${token}` },
      }),
    );
  later(29);
  expect(await look()).toBe(200);
  // Used at 29, so good until 59.
  later(58);
  expect(await look()).toBe(200);
  later(89);
  expect(await look()).toBe('session-expired');
  later(0);
  const { phone } = t.world.members.chen;
  await t.as(null).accounts.requestCode({ body: { phone } });
  const code = await t.db(async (ctx) => {
    const row = await ctx.db.selectFrom('outbox').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow(); // prettier-ignore
    return /\d{6}/.exec(
      ctx.pii.unseal({ table: 'outbox', column: 'text_sealed', row: row.id }, row.text_sealed),
    )![0];
  });
  const member = await t.as(null).accounts.signInMember({ body: { phone, code, keepToken: true } });
  const mine = () =>
    t.call(null, {
      method: 'GET',
      url: '/api/v1/me/member',
      headers: { authorization: `Bearer ${(member as { token: string }).token}` },
    });
  later(7 * 24 * 60 - 1);
  expect((await mine()).status).toBe(200);
  later(14 * 24 * 60);
  expect(codeOf(await mine())).toBe('session-expired');
  later(0);
});

it('ends every session of an account that is closed', async () => {
  const { id, username } = t.world.cadres.siblingChair;
  const token = valueOf(await signIn(username, worldPassword), sessionCookie);
  const look = () =>
    t.call(null, {
      method: 'GET',
      url: '/api/v1/session',
      headers: { authorization: `Bearer ${token}` },
    });
  expect((await look()).status).toBe(200);
  await t.as('admin').accounts.setStatus({ params: { id }, body: { status: 'closed', reason: '调离岗位' } });
  t.setNow(new Date(worldNow.getTime() + 5000));
  expect(codeOf(await look())).toBe('session-expired');
  t.setNow(worldNow);
});

it('says the same to a phone nobody has as to a member’s', async () => {
  const ask = async (phone: string) => {
    const { status, body } = await t.call(null, {
      method: 'POST',
      url: '/api/v1/session/codes',
      payload: { phone },
    });
    const wrong = await t.call(null, {
      method: 'POST',
      url: '/api/v1/session/member',
      payload: { phone, code: '000000' },
    });
    return [status, body, codeOf(wrong)];
  };
  expect(await ask('13951160008')).toEqual(await ask('13000000000'));
});

it('counts calls by person: one who asks too much is told when to come back, another is served', async () => {
  const narrow = await testApp({ rateLimit: 5 });
  try {
    const me = (person: 'chen' | 'wang') => narrow.call(person, { method: 'GET', url: '/api/v1/me/member' });
    const replies = await Promise.all(Array.from({ length: 8 }, () => me('chen')));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(5);
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(3);
    expect(codeOf(refused[0]!)).toBe('rate-exceeded');
    // Both come from the same address.
    expect((await me('wang')).status).toBe(200);
    narrow.setNow(new Date(worldNow.getTime() + 60_000));
    expect((await me('chen')).status).toBe(200);
  } finally {
    await narrow.close();
  }
});

it('writes a sign-in down under her own name, where the auditors of her union see it', async () => {
  expect((await signIn(t.world.cadres.deputyChair.username, worldPassword)).status).toBe(200);
  const { items } = await t.as('auditor').audit.list({ query: {} });
  expect(items.find(({ kind }) => kind === 'session.opened')).toMatchObject({
    by: t.world.cadres.deputyChair.name,
    subjectId: t.world.cadres.deputyChair.id,
  });
});
