import type { Ctx, Federation } from '../kernel/context.ts';
import { inSystemContext } from '../kernel/context.ts';
import { dayOf } from '../kernel/clock.ts';
import type { Server } from '../compose.ts';
import { receiptPicture, type Driver } from './driver.ts';
import type { DemoPeople } from './people.ts';

const itemOfDemo = 'universal-benefit';
const hour = 3_600_000;
const day = 24 * hour;

const hospitals = ['泰州市人民医院', '泰州市中医院', '泰州市第四人民医院', '海陵区人民医院'];
const diagnoses = [
  '肺炎',
  '急性阑尾炎',
  '腰椎间盘突出',
  '胆囊结石',
  '骨折',
  '高血压',
  '胃溃疡',
  '甲状腺结节',
];

/** The same past at every start: a small generator with a fixed seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Past {
  server: Server;
  federation: Federation;
  driver: Driver;
  people: DemoPeople;
  /** Moves the clock of the demo server. */
  setNow(now: Date): void;
}

/** Made-up card numbers that pass the Luhn check. */
export function cardNumber(seed: number): string {
  const body = `622848${String(4_000_000_000 + seed * 7919).padStart(12, '0')}`;
  const sum = [...body].toReversed().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
}

const dayBefore = (now: Date, days: number) => dayOf(new Date(now.getTime() - days * day));

/** One claim from draft to submission at `at`. Returns the case's id. */
export async function fileClaim(past: Past, memberId: string, at: Date, seed: number): Promise<string> {
  past.setNow(at);
  const holder = { memberId };
  const client = past.driver.as(holder);
  const { items } = await client.claims.entitlements();
  const item = items.find((one) => one.ok);
  if (!item) throw new Error('the demo member is not entitled');
  const draft = await client.cases.open({ body: { itemCode: item.code } });
  const receipt = await past.driver.upload(holder, '票据.jpg', await receiptPicture(seed));
  const left = 1 + (seed % 5);
  const answers = {
    receipts: [receipt],
    hospital: hospitals[seed % hospitals.length],
    admittedOn: dayBefore(at, left + 3 + (seed % 7)),
    dischargedOn: dayBefore(at, left),
    diagnosis: diagnoses[seed % diagnoses.length],
    bankCard: cardNumber(seed),
  };
  const saved = await client.cases.saveAnswers({
    params: { id: draft.id },
    body: { answers, version: draft.version },
  });
  await client.cases.submit({ params: { id: draft.id }, body: { version: saved.version } });
  return draft.id;
}

/** Members of many unions, picked evenly, for claims of the past. */
export function pickMembers(past: Past, count: number): Promise<{ id: string }[]> {
  return inSystemContext(past.server.platform, past.federation, '演示数据', (ctx: Ctx) =>
    ctx.db
      .selectFrom('member')
      .select('id')
      .where('status', '=', 'active')
      .where('phone_masked', 'is not', null)
      .where('id', 'not in', Object.values(past.people.members))
      .orderBy('id_number_index')
      .limit(count)
      .execute(),
  );
}

export const fundCode = itemOfDemo;
