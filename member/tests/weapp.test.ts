import { beforeAll, expect, test } from 'vitest';
import { hospitalConsolation } from '../../catalogue/benefits/hospital-consolation/definition.ts';
import { contract } from '../../packages/contract/index.ts';
import { ensureBuilt, Phone } from './mini-program.ts';
import type { Sent } from './wechat.ts';

beforeAll(ensureBuilt, 180_000);

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const union = { id: id(1), name: '江州电机厂工会' };
const item = {
  code: hospitalConsolation.code,
  version: 1,
  kind: 'benefit',
  title: hospitalConsolation.title,
  titleEn: hospitalConsolation.titleEn ?? null,
  summary: hospitalConsolation.summary,
  summaryEn: null,
  lifeEvent: hospitalConsolation.lifeEvent,
  keywords: hospitalConsolation.keywords,
};
const used = { rule: 'limit', reasonEn: '', datum: '2', from: '2027-01-01' };

const page = <T>(items: T[]) => ({ items, total: items.length, page: 1, pageSize: 20 });

/** The federation's answers, each held to the contract's own schema before it is given. */
function federation({ mayClaim = true } = {}) {
  const bytes: number[] = [];
  let status: 'draft' | 'in_review' = 'draft';
  let answers: Record<string, unknown> = {};
  const entitlement = () => ({
    ...item,
    ok: mayClaim,
    checks: [
      mayClaim
        ? { ...used, ok: true, reason: '今年已领取 1 次（上限 2 次）', from: null }
        : { ...used, ok: false, reason: '今年已领取 2 次（上限 2 次），2027年1月1日 起可再申请' },
    ],
    amountFen: 10_000,
    usedThisPeriod: mayClaim ? 1 : 2,
    allowedPerPeriod: 2,
    promiseWorkingDays: 2,
    from: mayClaim ? null : '2027-01-01',
    draftId: null,
  });
  const row = () => ({
    id: id(9),
    number: status === 'draft' ? null : 'HL-2026-000001',
    itemCode: item.code,
    itemTitle: item.title,
    itemTitleEn: null,
    status,
    where: status === 'draft' ? '还没有提交' : '江州电机厂工会办理中',
    whereEn: '',
    amountFen: status === 'draft' ? null : 10_000,
    submittedAt: null,
    expectedOn: null,
    paymentStatus: null,
    can: status === 'draft' ? ['edit', 'submit', 'withdraw'] : ['withdraw'],
  });
  const submitted = {
    at: '2026-11-20T02:00:00Z',
    kind: 'submitted' as const,
    text: '您提交了申请',
    textEn: '',
  };
  const myCase = () => ({
    ...row(),
    version: 1,
    definition: JSON.parse(JSON.stringify(hospitalConsolation)) as Record<string, unknown>,
    answers,
    files: {},
    returnedNote: null,
    returnedStage: null,
    timeline: status === 'draft' ? [] : [{ ...submitted, office: null, note: null, dueOn: null }],
    promiseWorkingDays: 2,
    promisedOn: null,
    actualHours: null,
  });
  const file = (received: number, size: number) => ({
    id: id(7),
    name: 'receipt.jpg',
    size,
    received,
    mediaType: received === size ? 'image/jpeg' : null,
    width: null,
    height: null,
    status: received === size ? ('ready' as const) : ('uploading' as const),
    reason: null,
    reasonEn: null,
  });
  let size = 0;

  function answer(sent: Sent): unknown {
    const body = (typeof sent.data === 'string' ? JSON.parse(sent.data) : sent.data) as Record<string, never>;
    switch (`${sent.method} ${sent.path.split('?')[0]}`) {
      case 'POST /session/member':
        return contract.accounts.signInMember.reply.parse(session);
      case 'GET /session':
        return contract.accounts.getSession.reply.parse(session);
      case 'GET /me/member':
        return contract.members.me.reply.parse(me);
      case 'GET /me/entitlements':
        return contract.claims.entitlements.reply.parse({
          items: [entitlement()],
          claimable: mayClaim ? 1 : 0,
        });
      case `GET /me/entitlements/${item.code}`:
        return contract.claims.entitlement.reply.parse(entitlement());
      case 'GET /me/cases':
        return contract.cases.listMine.reply.parse({ items: status === 'draft' ? [] : [row()] });
      case 'GET /me/messages':
        return contract.notifications.list.reply.parse({ ...page([]), unread: 0 });
      case 'POST /me/cases':
        return contract.cases.open.reply.parse(myCase());
      case `GET /me/cases/${id(9)}`:
        return contract.cases.getMine.reply.parse(myCase());
      case `PUT /me/cases/${id(9)}/answers`:
        answers = contract.cases.saveAnswers.body?.parse(body).answers ?? {};
        return contract.cases.saveAnswers.reply.parse({ version: 1, faults: [] });
      case `POST /me/cases/${id(9)}/submission`:
        status = 'in_review';
        return contract.cases.submit.reply.parse({
          ...row(),
          stage: 'unit-review',
          version: 2,
          promisedOn: null,
        });
      case 'POST /files':
        size = contract.files.begin.body?.parse(body).size ?? 0;
        return contract.files.begin.reply.parse(file(0, size));
      case `PUT /files/${id(7)}`:
        for (const byte of new Uint8Array(sent.data as ArrayBuffer)) bytes.push(byte);
        return contract.files.append.reply.parse(file(bytes.length, size));
      default:
        throw new Error(`not asked for in this test: ${sent.method} ${sent.path}`);
    }
  }
  return {
    bytes,
    answers: () => answers,
    reply: (sent: Sent) =>
      sent.header.authorization || sent.path.startsWith('/session/member')
        ? { status: 200, body: answer(sent) }
        : { status: 401, body: { error: { code: 'session-missing', message: '请先登录。' } } },
  };
}

const session = {
  kind: 'member',
  accountId: null,
  memberId: id(2),
  name: '李秀英',
  federation: { code: 'jiangzhou', name: '江州区总工会' },
  demo: false,
  grants: [],
  permissions: [],
  totp: 'not-needed',
  csrfToken: 'csrf',
  token: 'the-token',
  expiresAt: '2027-01-01T00:00:00Z',
};
const me = {
  id: id(2),
  memberNumber: 'JZ0000000001',
  name: '李秀英',
  sex: 'female',
  idNumberMasked: '321202********1528',
  phoneMasked: '138****5678',
  occupation: null,
  union,
  joinedOn: '2019-03-04',
  status: 'active',
  idKind: '1',
  birthYear: 1986,
  ethnicity: null,
  education: null,
  politicalStatus: null,
  migrantWorker: null,
  employerName: null,
  bankCardMasked: null,
  ancestors: [],
  superiorOffice: '江州区总工会',
};

test('a signed-out phone asks for phone and code, keeps the token and shows the list', async () => {
  const phone = new Phone(federation().reply);
  phone.open('/home/index');
  await phone.see('短信验证码');
  phone.type('phone', '138 0000 5678');
  phone.type('code', '123456');
  phone.tap('登录');
  await phone.see('您现在可以领 1 项');
  expect(phone.text()).toContain('李秀英，您好');
  expect(phone.text()).toContain(union.name);
  expect(phone.storage.get('su.token')).toBe('the-token');
  expect(phone.sent.filter(({ path }) => path === '/me/member').pop()?.header.authorization).toBe(
    'Bearer the-token',
  );
});

test('she claims: tap, navigate, photograph, fill in, submit, and sees the progress', async () => {
  const server = federation();
  const phone = new Phone(server.reply);
  phone.storage.set('su.token', 'the-token');
  phone.open('/home/index');
  await phone.see('您现在可以领 1 项');
  phone.tap('您现在可以领');
  await phone.see('今年已领取 1 次（上限 2 次）');
  expect(phone.page.route).toBe('claims/entitlements/index');
  phone.tap('去申请');
  await phone.see('第 1 步，共 3 步');
  expect(phone.stack.map(({ route }) => route)).toHaveLength(3);

  phone.tap('下一步');
  await phone.see('请上传住院票据');

  const photo = Uint8Array.from({ length: 700_000 }, (_, at) => at % 251);
  phone.photos = [{ path: 'wxfile://tmp/receipt.jpg', bytes: photo }];
  phone.tap('拍照或选文件');
  await phone.see('已上传');
  expect(Buffer.from(server.bytes).equals(Buffer.from(photo))).toBe(true);
  expect(phone.sent.filter(({ path }) => path.startsWith(`/files/${id(7)}`))).toHaveLength(2);

  phone.type('hospital', '江州市人民医院');
  phone.pickDate(0, '2026-03-01');
  phone.pickDate(1, '2026-03-08');
  phone.type('diagnosis', '肺炎');
  phone.tap('下一步');
  await phone.see('第 2 步，共 3 步');
  phone.type('bankCard', '6222 0212 3456 7890 123');
  phone.tap('下一步');
  await phone.see('银行卡号不对');
  phone.type('bankCard', '6222 0202 0011 2230 186');
  phone.tap('下一步');
  await phone.see('核对一下');
  expect(phone.text()).toContain('**** 0186');
  expect(phone.text()).not.toContain('622202');
  phone.tap('交上去');
  await phone.see('您提交了申请');
  expect(phone.page.route).toBe('cases/progress/index');

  expect(server.answers()).toEqual({
    receipts: [id(7)],
    hospital: '江州市人民医院',
    admittedOn: '2026-03-01',
    dischargedOn: '2026-03-08',
    diagnosis: '肺炎',
    bankCard: '6222020200112230186',
  });
  const submission = phone.sent.filter(({ path }) => path.endsWith('/submission'));
  expect(submission).toHaveLength(1);
  expect(submission[0]?.header['idempotency-key']).toBe(`submission-${id(9)}-1`);
  const kept = JSON.stringify([...phone.storage.values()]);
  expect(kept).not.toContain('6222020200112230186');
  expect(kept).not.toContain('肺炎');
});

test('a third claim this year is refused with the reason and the day, and shows no form', async () => {
  const phone = new Phone(federation({ mayClaim: false }).reply);
  phone.storage.set('su.token', 'the-token');
  phone.open(`/claims/apply/index?item=${item.code}`);
  await phone.see('现在还不能申请');
  expect(phone.text()).toContain('今年已领取 2 次（上限 2 次），2027年1月1日 起可再申请');
  expect(phone.text()).not.toContain('下一步');
  expect(phone.sent.some(({ method, path }) => method === 'POST' && path === '/me/cases')).toBe(false);
});
