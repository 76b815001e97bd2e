import { fill, valuesIn, type Language, type TextValues } from './wording.ts';

/**
 * The one table of refusals. `subject-problem` codes, HTTP status, and what the person reads: what happened, what is
 * safe, what to do. `{name}` is filled from the error's values, in English from `nameEn` where there is one.
 */
export const errorTable = {
  // input and protocol
  'input-invalid': [
    400,
    '有内容填写得不对，请按提示修改后再提交。',
    'Some entries are not right; please correct them.',
  ],
  'body-unreadable': [400, '提交的内容读不出来，请刷新页面后重试。', 'The request body cannot be read.'],
  'body-too-large': [413, '内容太大，请减少后再提交。', 'The request is too large.'],
  'media-unsupported': [415, '不支持这种内容格式。', 'This content type is not supported.'],
  'route-unknown': [404, '没有这个页面或接口。', 'There is no such page.'],
  'thing-not-found': [
    404,
    '没有找到，可能已被删除，或不在您的管理范围内。',
    'Not found, or outside your scope.',
  ],
  'rate-exceeded': [
    429,
    '操作太频繁，请 {seconds} 秒后再试。',
    'Too many requests; try again in {seconds} seconds.',
  ],
  'version-stale': [
    409,
    '这条记录刚被别人更新过，请刷新后再操作。您的填写没有提交。',
    'Somebody changed this meanwhile; please reload.',
  ],
  'row-conflict': [
    409,
    '已有相同的记录，没有重复保存。',
    'Such a record exists already; nothing was saved twice.',
  ],
  'idempotency-missing': [
    400,
    '缺少防重复提交编号，请刷新页面后重试。',
    'The Idempotency-Key header is missing.',
  ],
  'idempotency-mismatch': [
    422,
    '同一个防重复提交编号用在了不同内容上，请刷新页面后重试。',
    'The Idempotency-Key was used for another request.',
  ],
  'database-unavailable': [
    503,
    '系统正忙，您的内容没有丢失，请稍后再试。',
    'The service is busy; nothing was lost. Please try again.',
  ],
  'disk-full': [503, '文件暂时存不进去，请稍后再传。', 'The file cannot be stored just now.'],
  'audit-unwritable': [
    503,
    '审计记录暂时写不进去，为了安全这次操作没有执行，什么也没有改动。请稍后再试；一直这样，请告诉系统管理员。',
    'The audit log cannot be written, so nothing was done. Please try again later or tell the administrator.',
  ],
  'internal-fault': [
    500,
    '系统出了点问题，操作没有生效。请稍后再试，或把编号 {requestId} 告诉管理员。',
    'Something went wrong; nothing was changed. Quote {requestId}.',
  ],
  'federation-moving': [503, '正在迁往新服务器，没有保存，请几分钟后再试。', 'Being moved: nothing saved.'],
  'federation-unknown': [404, '没有这个总工会，请检查网址。', 'Unknown federation.'],
  // signing in
  'session-missing': [401, '请先登录。', 'Please sign in.'],
  'session-expired': [
    401,
    '登录已过期，请重新登录。您填写的草稿已保留。',
    'Your session has expired; please sign in again.',
  ],
  'csrf-missing': [403, '页面已过期，请刷新后重试。', 'The page has expired; please reload.'],
  'permission-missing': [
    403,
    '您没有办理这项业务的权限，如需要请联系上级工会管理员。',
    'You do not hold the permission for this.',
  ],
  'credentials-wrong': [401, '用户名、密码或验证码不对。', 'User name, password or code is wrong.'],
  'account-locked': [
    423,
    '连续输错次数太多，账号已暂时锁定，请 {minutes} 分钟后再试，或请管理员解锁。',
    'Too many failures; locked for {minutes} minutes.',
  ],
  'code-wrong': [401, '验证码不对或已过期，请重新获取。', 'The code is wrong or has expired.'],
  'sms-unavailable': [503, '短信暂时发不出，请几分钟后再取验证码。', 'No text can be sent now; try later.'],
  'code-too-soon': [
    429,
    '验证码刚发过，请 {seconds} 秒后再获取。',
    'A code was just sent; wait {seconds} seconds.',
  ],
  'totp-required': [
    403,
    '这个岗位必须先绑定动态口令，请到「我的」里设置。',
    'Your role requires a one-time code; please set it up first.',
  ],
  'password-weak': [
    400,
    '密码太简单，请至少 10 位，并不要使用常见密码或用户名。',
    'The password is too weak.',
  ],
  'grant-exceeds-own': [403, '只能授予您自己管理范围内的权限。', 'You may grant only within your own scope.'],
  // personal data
  'reason-missing': [400, '查看敏感信息须写明用途。', 'A reason is required.'],
  'disclosure-limit': [
    429,
    '一小时内查看敏感信息已达 {limit} 次，请稍后再查看。',
    'You have opened {limit} sealed values within an hour.',
  ],
  'export-needs-approval': [
    409,
    '这次导出有 {count} 行，超过 {limit} 行须由经审人员批准。请先提交导出申请，批准后 60 分钟内再导出。',
    'Exports of more than {limit} rows need approval; please ask for it first.',
  ],
  'request-decided': [409, '这件申请已经有人处理过了，请刷新。', 'This request has been decided already.'],
  'request-same-person': [
    403,
    '不能批准自己的申请，须由另一个人批准。',
    'Another person must decide your own request.',
  ],
  'request-not-granted': [
    403,
    '这件申请没有获得批准，或批准已过期，请重新申请。',
    'The request was not granted, or the grant has expired.',
  ],
  'sealed-unreadable': [500, '密文无法解开，请联系管理员。', 'The sealed value cannot be opened.'],
  // files
  'upload-offset': [409, '上传中断过，请从第 {offset} 字节继续。', 'Continue the upload at byte {offset}.'],
  'upload-too-large': [413, '文件超过 20 MB，请压缩或重新拍照。', 'The file is larger than 20 MB.'],
  'upload-type': [
    422,
    '只能上传照片（JPG、PNG、HEIC）或 PDF，这个文件不是：{reason}',
    'Only photos (JPEG, PNG, HEIC) and PDF: {reason}',
  ],
  'upload-broken': [
    422,
    '这个文件打不开：{reason} 请重新拍照或换一个文件。',
    'The file cannot be opened: {reason}',
  ],
  'file-not-ready': [422, '文件还没有上传完成，请等上传完再提交。', 'The file is still being uploaded.'],
  // rosters
  'sheet-unreadable': [422, '{reason}', '{reason}'],
  'import-not-open': [
    409,
    '这次导入已经提交或作废，请重新上传文件。',
    'This import is already committed or discarded.',
  ],
  'import-stale': [
    409,
    '预览之后数据有变化，请重新上传文件再预览一次。',
    'Data changed since the preview; please upload again.',
  ],
  'import-file-gone': [
    404,
    '这份名单的原文件只保存 30 天，已经删除。未通过的行请从您自己的文件里找。',
    'The file is kept for 30 days and has been deleted.',
  ],
  // cases
  'item-unknown': [404, '没有这个服务事项，可能已停办。', 'There is no such item.'],
  'claim-not-entitled': [422, '{reason}', '{reason}'],
  'case-not-open': [
    409,
    '这件申请现在不能这样操作（当前状态：{status}）。',
    'The case does not allow this now ({status}).',
  ],
  'case-incomplete': [422, '还有内容没有填好，请按提示补充。', 'The form is not complete.'],
  'decision-own-case': [403, '您是申请人本人，不能审批自己的申请。', 'You may not decide your own case.'],
  'decision-same-person': [
    403,
    '您已在前一环节审批过，这一环节须由另一个人审批。',
    'You decided an earlier stage; another person must decide this one.',
  ],
  'decision-deputy-own-case': [
    403,
    '申请人是委托您代办的人或替您代办的人。代办期间你们算同一个人，您不能审批这件申请。',
    'The applicant is your principal or your deputy; you may not decide this case.',
  ],
  'decision-deputy-same-person': [
    403,
    '委托您代办的人或替您代办的人已在前一环节审批过。代办期间你们算同一个人，这一环节须由另一个人审批。',
    'Your principal or your deputy decided an earlier stage; another person must decide this one.',
  ],
  'cancel-same-person': [
    403,
    '这件申请您参与过审批，取消批准须由另一个有审批权限的人办理。',
    'You approved this case; another approver must take the approval back.',
  ],
  'decision-already-made': [
    409,
    '这件申请刚刚已经处理过，没有重复审批。',
    'This has just been decided; nothing was decided twice.',
  ],
  'decision-not-mine': [403, '这件申请现在不由您审批。', 'This case is not with you.'],
  'decision-note-missing': [400, '退回或不予通过必须写明原因。', 'A reason is needed to return or decline.'],
  'notice-running': [409, '公示期到 {until} 结束，之后才能审批。', 'The public notice runs until {until}.'],
  // money
  'fund-insufficient': [
    422,
    '资金余额不足：可用 {available} 元，需要 {needed} 元。请先入账。',
    'The fund has {available} yuan; {needed} are needed.',
  ],
  'fund-missing': [422, '还没有设立这项资金，请先设立并入账。', 'The fund does not exist yet.'],
  'batch-empty': [422, '没有可以发放的款项。', 'There is nothing to pay.'],
  'batch-not-open': [
    409,
    '这个批次现在不能这样操作（当前状态：{status}）。',
    'The batch does not allow this now ({status}).',
  ],
  'release-same-person': [
    403,
    '这个批次由您制单，或其中有您审批的申请，须由另一个人放行。',
    'You prepared or approved part of this; another person must release it.',
  ],
  'prepare-same-person': [
    403,
    '其中有您审批过的申请，须由另一个人制单。',
    'You approved part of this; another person must prepare it.',
  ],
  'return-unreadable': [422, '回盘文件读不出来：{reason}', 'The return file cannot be read: {reason}'],
  'card-invalid': [400, '银行卡号不对，请检查后重新填写。', 'The card number is not valid.'],
  'card-missing': [422, '还没有银行卡号，请先填写。', 'There is no bank card yet.'],
  'payment-not-open': [
    409,
    '这笔款项现在不能这样操作（当前状态：{status}）。',
    'The payment does not allow this now ({status}).',
  ],
  // unions, members, calendar
  'union-not-empty': [
    409,
    '这个工会还有会员或下级工会，不能撤销。',
    'The union still has members or subordinate unions.',
  ],
  'union-circle': [
    409,
    '不能把工会放到它自己或它的下级之下，请重新选择上级工会。',
    'A union cannot stand under itself or its own subordinate.',
  ],
  'export-too-large': [
    422,
    '名单有 {count} 人，一次最多导出 {limit} 人。请按工会或状态缩小范围后再导出。',
    'The list has {count} people; at most {limit} can be exported at once.',
  ],
  'instance-running': [409, '另一个程序正在使用这个数据文件夹。', 'Another program uses this data folder.'],
} as const satisfies Record<string, readonly [number, string, string]>;

export type ErrorCode = keyof typeof errorTable;
export interface FieldFault {
  field: string;
  reason: string;
  reasonEn: string;
}

/** A refusal a person can act on. Code from the closed list; `fields` point at single entries. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly values: TextValues;
  readonly fields: FieldFault[];
  constructor(code: ErrorCode, values: TextValues = {}, fields: FieldFault[] = []) {
    super(code);
    this.name = 'DomainError';
    this.code = code;
    this.values = values;
    this.fields = fields;
  }

  get status(): number {
    return errorTable[this.code][0];
  }

  /** The text in the caller's language. */
  text(language: Language = 'zh'): string {
    return fill(errorTable[this.code][language === 'en' ? 2 : 1], valuesIn(this.values, language));
  }
}

/** The reply body of every refusal, in the reader's language. */
export function errorBody(error: DomainError, requestId: string, language: Language) {
  const values = valuesIn(error.values, language);
  const fields = error.fields.map(({ field, reason, reasonEn }) => ({
    field,
    reason: language === 'en' ? reasonEn : reason,
  }));
  return {
    error: {
      code: error.code,
      message: fill(errorTable[error.code][language === 'en' ? 2 : 1], { requestId, ...values }),
      ...(fields.length ? { fields } : {}),
      values,
      requestId,
    },
  };
}
