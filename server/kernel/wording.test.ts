import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type PersonName, type TestApp } from '../../tests/database/test-app.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t.close());

type Body = { error: { message: string; fields?: { field: string; reason: string }[]; values: object } };
type Method = 'GET' | 'POST' | 'PUT';

const refusal = async (
  person: PersonName | null,
  [method, url, payload]: readonly [Method, string, unknown?],
  language?: string,
) => {
  const { status, body } = await t.call(person, {
    method,
    url: `/api/v1${url}`,
    headers: {
      'idempotency-key': `wording-${language ?? 'zh'}-${url}`,
      ...(language === undefined ? {} : { 'accept-language': language }),
    },
    ...(payload === undefined ? {} : { payload: payload as object }),
  });
  expect(status, url).toBeGreaterThanOrEqual(400);
  return (body as Body).error;
};

const refused = {
  'our own words': ['chair', ['GET', '/cases/not-an-id'], '编号不正确', 'The number is not right'],
  'a missing entry': ['chair', ['POST', '/me/deputies', {}], '请填写', 'Please fill this in'],
  'a number too big': ['chair', ['GET', '/cases?pageSize=900'], '不能大于 200', 'Must not be more than 200'],
  'a word not on the list': [
    'chair',
    ['GET', '/cases?view=xyz'],
    '填写得不对，请核对',
    'This is not right; please check it',
  ],
  'a card': [
    'chen',
    ['PUT', '/me/bank-card', { number: '6222021234567890127' }],
    '银行卡号不对，多半是输错了一位。请再核对一遍。',
    'The card number is not right; most likely one digit was mistyped. Please check it again.',
  ],
} as const satisfies Record<string, [PersonName, readonly [Method, string, unknown?], string, string]>;

describe('what is said of an entry', () => {
  it.each(Object.entries(refused))(
    '%s: in the language of the reader',
    async (_name, [person, call, zh, en]) => {
      expect((await refusal(person, call)).fields?.map(({ reason }) => reason)).toContain(zh);
      const told = await refusal(person, call, 'en-GB');
      expect(told.fields?.map(({ reason }) => reason)).toContain(en);
      expect(JSON.stringify(told)).not.toMatch(/\p{Script=Han}|En"/u);
    },
  );
});
