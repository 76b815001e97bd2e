import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fictitiousMember } from '../server/commands/seed.ts';
import { writeCsv } from '../server/kernel/sheets/write-csv.ts';

const titles =
  '序号,姓名,性别,证件类型,证件号码,民族,学历,政治面貌,手机号码,工种(职业),是否农民工,工作单位,所属工会,入会日期,会籍变化类型,会籍变化原因';
export const columns = titles.split(',').map((title) => ({ title }));

export interface Base {
  id: string;
  path: string;
  name: string;
}

/** A roster like the one of a district, with 7 % refused and 1 % warned: wrong check digits, no phone, unknown unions. */
export function* rosterRows(
  bases: readonly Base[],
  count: number,
  first: number,
  phones: string,
): Generator<string[]> {
  for (let index = 0; index < count; index += 1) {
    const base = bases[Math.floor((index * bases.length) / count)]!;
    const member = fictitiousMember(first + index, base);
    const { idNumber } = member;
    const wrong = index % 14 === 0 ? index % 3 : -1;
    yield [
      String(index + 1),
      member.name,
      member.sex === 'male' ? '男' : '女',
      '1',
      wrong === 0 ? `${idNumber.slice(0, 17)}${idNumber.endsWith('1') ? '2' : '1'}` : idNumber,
      '01',
      ['20', '30', '40', '60'][index % 4]!,
      index % 100 === 7 ? '群众1' : '13',
      wrong === 1 ? '' : `${phones}${member.phone!.slice(3)}`,
      member.occupation!,
      member.migrantWorker ? '是' : '否',
      base.name.replace('工会委员会', ''),
      wrong === 2 ? `${base.name}筹备组` : base.name,
      index % 5 === 0 ? member.joinedOn.replaceAll('-', '/') : member.joinedOn,
      '1',
      '',
    ];
  }
}

export async function csvBytes(rows: Iterable<string[]>): Promise<Buffer> {
  const out = new PassThrough();
  const [bytes] = await Promise.all([buffer(out), writeCsv(out, { columns, rows })]);
  return bytes;
}
