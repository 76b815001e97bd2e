import { maskBankCard } from '@smart-union/catalogue-kit/checks/bank-card.ts';

export type MemberEventKind =
  | 'member.enrolled'
  | 'member.rejoined'
  | 'member.transferred'
  | 'member.retained'
  | 'member.corrected'
  | 'member.card-set';

/** What of a member changes over time, under the names the event rows keep. Sealed values only masked. */
export interface MemberState {
  name: string;
  sex: string;
  idNumberMasked: string;
  phoneMasked: string | null;
  occupation: string | null;
  migrantWorker: boolean | null;
  employerName: string | null;
  ethnicityCode: string | null;
  educationCode: string | null;
  politicalCode: string | null;
  unionId: string;
  joinedOn: string;
  status: string;
  bankCardMasked: string | null;
}

export interface MemberChange {
  set?: Partial<MemberState>;
  was?: Partial<MemberState>;
  /** Unions' names on that day, for transfers. */
  names?: { from: string; to: string };
}

const titles: Record<keyof MemberState, string> = {
  name: '姓名',
  sex: '性别',
  idNumberMasked: '证件号码',
  phoneMasked: '手机号码',
  occupation: '工种',
  migrantWorker: '是否农民工',
  employerName: '工作单位',
  ethnicityCode: '民族',
  educationCode: '学历',
  politicalCode: '政治面貌',
  unionId: '所属工会',
  joinedOn: '入会日期',
  status: '会籍',
  bankCardMasked: '银行卡',
};

const words: Record<string, string> = {
  male: '男',
  female: '女',
  unknown: '未说明',
  active: '正常',
  retained: '保留会籍',
  left: '已退会',
  true: '是',
  false: '否',
};

function shown(value: MemberState[keyof MemberState] | undefined): string {
  if (value === null || value === undefined) return '（空）';
  return words[String(value)] ?? String(value);
}

/** The event as the member and the cadre read it. Codes are told apart by name only; the member's page has the words. */
export function eventText(kind: string, { set = {}, was = {}, names }: MemberChange): string {
  if (kind === 'member.enrolled') return '加入工会';
  if (kind === 'member.rejoined') return '重新加入工会';
  if (kind === 'member.retained') return '转为保留会籍';
  if (kind === 'member.transferred' && names) return `会籍由「${names.from}」转到「${names.to}」`;
  if (kind === 'member.card-set') {
    return was.bankCardMasked
      ? `更换银行卡为 ${set.bankCardMasked}`
      : `登记银行卡 ${set.bankCardMasked ?? maskBankCard('')}`;
  }
  const keys = Object.keys(set) as (keyof MemberState)[];
  const coded = keys.filter((key) => key.endsWith('Code')).map((key) => `更正${titles[key]}`);
  const plain = keys.filter((key) => !key.endsWith('Code'));
  return [...plain.map((key) => `${titles[key]}：${shown(was[key])} → ${shown(set[key])}`), ...coded].join(
    '；',
  );
}
