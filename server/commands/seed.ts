import { idCheckCharacter } from '@smart-union/catalogue-kit/checks/id-number.ts';
import { inSystemContext, type Ctx, type Federation, type Platform } from '../kernel/context.ts';
import { enrolMembers, type NewMember } from '../modules/members/index.ts';
import { createUnions, type NewUnion } from '../modules/unions/index.ts';
import { Refusal, wholeNumber, type Command } from './command.ts';
import { showProgress, type Progress } from './progress.ts';
import { chooseFederation, federationOption, withPlatform } from './workplace.ts';

const surnames = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕'];
const givenLetters = [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文玉兰志红梅春海燕云飞'];
const trades = ['机械', '纺织', '电子', '化工', '物流', '食品', '建材', '服装', '医药', '印刷'];
const forms = ['有限公司', '股份有限公司', '合作社', '加工厂', '服务中心'];
const occupations = [
  '操作工',
  '焊工',
  '司机',
  '快递员',
  '会计',
  '护士',
  '教师',
  '电工',
  '保洁员',
  '外卖配送员',
];

const at = <T>(list: readonly T[], index: number): T => list[index % list.length]!;

/** Neighbouring numbers far apart, each number once: 2654435761 is a prime. */
const scattered = (index: number, below: number) => Number((BigInt(index) * 2_654_435_761n) % BigInt(below));

const firstDay = Date.UTC(1962, 0, 1);
const days = 16_000;
const perDay = 900;
/** Of nobody: 3299 is no prefecture. Different people for the first 14.4 million, then the next area. */
const areaOf = (index: number) => `3299${String(1 + Math.floor(index / (days * perDay))).padStart(2, '0')}`;

/** The fictitious member number `index`: always the same person, whoever runs it. */
export function fictitiousMember(index: number, union: NewMember['union']): NewMember {
  const born = new Date(firstDay + (scattered(index, days * perDay) % days) * 86_400_000);
  const bornOn = born.toISOString().slice(0, 10);
  const running = 100 + Math.floor(scattered(index, days * perDay) / days);
  const digits = `${areaOf(index)}${bornOn.replaceAll('-', '')}${running}`;
  const given = `${at(givenLetters, index * 7)}${index % 3 === 0 ? '' : at(givenLetters, Math.floor(index / 41))}`;
  return {
    name: `${at(surnames, index)}${given}`,
    sex: running % 2 === 1 ? 'male' : 'female',
    idNumber: `${digits}${idCheckCharacter(digits)}`,
    phone: `199${String(index % 100_000_000).padStart(8, '0')}`,
    bornOn,
    occupation: at(occupations, index),
    migrantWorker: index % 4 === 0,
    union,
    joinedOn: `20${String(10 + (index % 15)).padStart(2, '0')}-0${1 + (index % 9)}-15`,
  };
}

export interface Seeded {
  unions: number;
  members: number;
}

/** A city, its districts with 20 towns each, and under the towns the rest. Returns those that take members. */
async function seedUnions(ctx: Ctx, count: number): Promise<{ made: number; bases: NewMember['union'][] }> {
  const before = await ctx.db
    .selectFrom('union')
    .select((eb) => eb.fn.max('label').as('last'))
    .executeTakeFirst();
  const first = Number(before?.last ?? 0);
  const root = await ctx.db
    .selectFrom('union')
    .select('id')
    .where('superior_id', 'is', null)
    .executeTakeFirst();
  const added: NewUnion[] = [];
  const add = (name: string, superiorId: string | null, levelCode: string, formCode: string) => {
    const union = {
      id: ctx.id(),
      name,
      superiorId,
      levelCode,
      formCode,
      staffCount: 40 + (added.length % 400),
    };
    added.push(union);
    return union.id;
  };
  const city = root?.id ?? add('示例市总工会', null, '30', '1');
  const bases: string[] = [];
  let [district, town] = ['', ''];
  for (let index = 0; added.length < count; index += 1) {
    const number = first + added.length + 1;
    if (index % 1000 === 0) district = add(`示例${number}区总工会`, city, '40', '1');
    if (index % 50 === 0) town = add(`示例${number}街道总工会`, district, '50', '1');
    const name = `示例${at(trades, index)}${first + added.length + 1}号${at(forms, index)}工会委员会`;
    bases.push(add(name, town, '60', '4'));
  }
  await createUnions(ctx, added);
  const rows = await ctx.db
    .selectFrom('union')
    .select(['id', 'path'])
    .where((eb) => eb('id', '=', eb.fn.any(eb.val(bases))))
    .orderBy('path')
    .execute();
  return { made: added.length, bases: rows };
}

/** Members per transaction: long enough to be fast, short enough for the journal and the progress bar. */
const perTransaction = 20_000;

/**
 * Adds fictitious unions and members by the ways a roster takes. Each transaction stands by itself, so what was done
 * before a break stays and a second run goes on with other people. A line of superiors may make it a few unions more.
 */
export async function seed(
  platform: Platform,
  federation: Federation,
  wanted: Seeded,
  onMembers: (done: number) => void,
): Promise<Seeded> {
  const system = <T>(work: (ctx: Ctx) => Promise<T>) => inSystemContext(platform, federation, '命令行', work);
  const { made, bases: unions } = await system((ctx) => seedUnions(ctx, wanted.unions));
  const counter = await system((ctx) =>
    ctx.db.selectFrom('member_counter').select('last').executeTakeFirst(),
  );
  const first = counter?.last ?? 0;
  for (let done = 0; done < wanted.members; done += perTransaction) {
    const count = Math.min(perTransaction, wanted.members - done);
    const members = Array.from({ length: count }, (_, index) => {
      const number = done + index;
      return fictitiousMember(first + number, unions[Math.floor((number * unions.length) / wanted.members)]!);
    });
    await system((ctx) => enrolMembers(ctx, members, { onWritten: (written) => onMembers(done + written) }));
  }
  return { unions: made, members: wanted.members };
}

export const seedCommand: Command = {
  words: ['seed'],
  takes: [],
  options: {
    ...federationOption,
    unions: { value: 'N', zh: '新增多少个虚构的工会' },
    members: { value: 'M', zh: '新增多少名虚构的会员' },
    force: { value: null, zh: '正式环境（DEMO=0）里已有会员时也执行' },
  },
  zh: '写入虚构的工会和会员，用于试用和压力测试；人名、证件号都是编的',
  en: 'Add fictitious unions and members for trials and load tests',
  run: (terminal, typed) =>
    withPlatform(terminal, async (platform) => {
      const wanted = {
        unions: wholeNumber('unions', typed.options.unions, 1_000_000),
        members: wholeNumber('members', typed.options.members, 20_000_000),
      };
      const federation = await chooseFederation(platform, typed);
      const someone = await inSystemContext(platform, federation, '命令行', (ctx) =>
        ctx.db.selectFrom('member').select('id').limit(1).executeTakeFirst(),
      );
      if (someone && !platform.config.demo && typed.options.force === undefined)
        throw new Refusal(`${federation.name} 已有会员，虚构的人会混进去，没有执行。确实要做请加 --force`);
      const begun = Date.now();
      const bar: Progress = showProgress(terminal, '写入会员', wanted.members);
      const seeded = await seed(platform, federation, wanted, (done) => bar.to(done));
      bar.end();
      const perSecond = Math.round((wanted.members * 1000) / (Date.now() - begun));
      terminal.out(
        `${federation.name}：新增 ${seeded.unions} 个工会、${wanted.members} 名会员，每秒 ${perSecond} 名\n`,
      );
      return true;
    }),
};
