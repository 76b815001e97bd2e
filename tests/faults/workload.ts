import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiError, type Client } from '@smart-union/api-client';
import { dayOf } from '../../server/kernel/clock.ts';
import { makeReturnFile } from '../../server/modules/disbursements/index.ts';
import { testCard } from '../ledger/approved-claims.ts';
import { plainPdf } from '../world/photos.ts';
import type { Arena, Claimant } from './arena.ts';
import { deliveriesOf } from './bank.ts';
import type { History, Operation } from './history.ts';

/** People at work until told to stop. */
export interface Workload {
  /** Nobody begins anything more; what is begun is repeated until it is answered, or given up at last. */
  stop(): Promise<void>;
}

/** How often somebody who must know says the same again; with the pauses between, for longer than any fault lasts. */
const lastTry = 400;
const againMillis = 150;
const yearlyTimes = 2;

const isPassing = (error: unknown) => !(error instanceof ApiError) || error.status >= 500;

/**
 * Carries an operation through: sent until it is answered, by the impatient once. A fifth is sent twice at the same moment, as
 * by a thumb that hits the button again. Null when it was refused or is unknown.
 */
async function carry<T>(
  operation: Operation,
  send: () => Promise<T>,
  habits: { patient: boolean; twice: boolean },
): Promise<T | null> {
  const one = async (): Promise<T | null> => {
    for (let time = 1; ; time += 1) {
      try {
        const reply = await send();
        operation.outcome = 'acknowledged';
        operation.replies.push(JSON.stringify(reply));
        return reply;
      } catch (error) {
        operation.told.push(error instanceof ApiError ? error.code : 'lost');
        if (!isPassing(error)) {
          // A copy of it may have been acknowledged meanwhile; that stands, and the checkers will look for it.
          if (operation.outcome === 'unknown') operation.outcome = 'refused';
          return null;
        }
        if (!habits.patient || time === lastTry) return null;
        await pause(againMillis);
      }
    }
  };
  const [first, second] = await Promise.all([one(), habits.twice ? one() : null]);
  return first ?? second;
}

/** What needs no proof of its own: repeated until it is answered. */
async function insist<T>(send: () => Promise<T>, going: () => boolean): Promise<T> {
  for (let time = 1; ; time += 1) {
    try {
      return await send();
    } catch (error) {
      if (!isPassing(error) || time === lastTry || (!going() && time > 60)) throw error;
      await pause(againMillis);
    }
  }
}

interface Desk {
  caseId: string;
  amountFen: number;
}

/**
 * Members claim, cadres approve, batches are paid, money comes in, over HTTP, all at the same time; each thing asked for
 * and what became of it goes into the history.
 */
export function startWorkload(
  arena: Arena,
  history: History,
  claimants: Claimant[],
  callers: readonly Claimant[] = [],
): Workload {
  const { stage, chance } = arena;
  let running = true;
  const going = () => running;
  let serial = 0;
  const name = `op-${arena.nextName()}`;
  const newKey = (what: string) => `${name}-${what}-${(serial += 1)}`;
  const twice = () => chance(5) === 0;
  const toUnit: Desk[] = [];
  const toDistrict: Desk[] = [];
  const as = (token: string | null): Client => arena.server.as(token);
  const cadre = (person: keyof typeof stage.tokens) => as(stage.tokens[person]);

  /** Does `turn` again and again while the work goes on; a refusal that passes or a lost answer ends the turn only. */
  const repeat = async (turn: () => Promise<boolean>) => {
    while (running) {
      const busy = await turn().catch((error: unknown) => {
        if (!isPassing(error) && !(error instanceof ApiError && arena.expected.has(error.code))) throw error;
        return false;
      });
      if (!busy && running) await pause(40);
    }
  };

  const depositor = (patient: boolean) => async () => {
    const key = newKey('deposit');
    const amountFen = 20_000 + chance(1000);
    const operation = history.begin('deposit', key, key, amountFen);
    const call = { params: { id: stage.fund.id }, body: { amountFen, note: key } };
    const send = () => cadre('treasurer').disbursements.deposit(call, { idempotencyKey: key });
    const done = await carry(operation, send, { patient, twice: twice() });
    await pause(done ? chance(30) : againMillis);
    return true;
  };

  const upload = async (client: Client, key: string): Promise<string | null> => {
    const bytes = plainPdf(key);
    const begun = await insist(
      () => client.files.begin({ body: { name: `${key}.pdf`, size: bytes.length } }),
      going,
    );
    const operation = history.begin('upload', key, begun.id);
    const append = () =>
      client.files.append({ params: { id: begun.id }, query: { offset: 0 } }, { raw: bytes });
    const done = await carry(operation, append, { patient: true, twice: false });
    return done?.status === 'ready' ? begun.id : null;
  };

  /** One person, one claim after another: a third in the year is refused. */
  const claim = async ({ token, number }: Claimant, turn: number): Promise<boolean> => {
    const client = as(token);
    const key = newKey('claim');
    const stay = (day: number) => dayOf(new Date(Date.now() - (20 - turn * 3 + day) * 86_400_000));
    const draft = await insist(
      () => client.cases.open({ body: { itemCode: 'hospital-consolation' } }),
      going,
    );
    const params = { id: draft.id };
    const receipt = await upload(client, key);
    if (!receipt) return false;
    const answers = {
      receipts: [receipt],
      hospital: '泰州市人民医院',
      admittedOn: stay(0),
      dischargedOn: stay(-1),
      diagnosis: '急性阑尾炎',
      bankCard: testCard(number),
    };
    const save = async () => {
      const { version } = await client.cases.getMine({ params });
      return client.cases.saveAnswers({ params, body: { answers, version } });
    };
    const { version } = await insist(save, going);
    const operation = history.begin('submit', key, draft.id);
    const submit = () => client.cases.submit({ params, body: { version } }, { idempotencyKey: key });
    const done = await carry(operation, submit, { patient: true, twice: twice() });
    if (done) toUnit.push({ caseId: draft.id, amountFen: 10_000 });
    return done !== null;
  };

  const waiting = [...claimants];
  const member = async (): Promise<boolean> => {
    const one = waiting.shift();
    if (!one) return false;
    for (let turn = 0; turn <= yearlyTimes && running; turn += 1) {
      const done = await claim(one, turn).catch((error: unknown) => {
        if (!isPassing(error) && !(error instanceof ApiError && error.code === 'claim-not-entitled'))
          throw error;
        return false;
      });
      if (!done) break;
    }
    return true;
  };

  const decider = (person: 'siblingChair' | 'approver', from: Desk[], to: Desk[] | null) => async () => {
    const desk = from.shift();
    if (!desk) return false;
    const key = newKey(person);
    const operation = history.begin('decide', key, desk.caseId);
    const call = { params: { id: desk.caseId }, body: { outcome: 'approve' } } as const;
    const send = () => cadre(person).cases.decide(call, { idempotencyKey: key });
    const done = await carry(operation, send, { patient: true, twice: twice() });
    if (done) to?.push(desk);
    return true;
  };

  const pay = async (): Promise<boolean> => {
    await pause(700);
    const step = async <T>(kind: Operation['kind'], subject: string, send: (key: string) => Promise<T>) => {
      const key = newKey(kind);
      const operation = history.begin(kind, key, subject);
      const reply = await carry(operation, () => send(key), { patient: true, twice: twice() });
      return { operation, reply };
    };
    const made = await step('batch', '', (idempotencyKey) =>
      cadre('treasurer').disbursements.createBatch({ body: { fundId: stage.fund.id } }, { idempotencyKey }),
    );
    if (!made.reply) return false;
    const { id } = made.reply;
    made.operation.subject = id;
    const call = { params: { id } };
    const released = await step('release', id, (idempotencyKey) =>
      cadre('payer').disbursements.releaseBatch(call, { idempotencyKey }),
    );
    if (!released.reply) return true;
    const sent = await step('send', id, (idempotencyKey) =>
      cadre('payer').disbursements.markSent(call, { idempotencyKey }),
    );
    if (!sent.reply) return true;
    // The bank is not part of the system under test: it has its own way to what it was sent.
    const { content } = await insist(() => stage.db((ctx) => makeReturnFile(ctx, id)), going);
    await takeBack(id, content);
    return true;
  };

  let lastReturned: string | undefined;
  /** Imports what the bank sends for a batch, however it sends it. */
  const takeBack = async (id: string, content: Buffer): Promise<void> => {
    let whole = true;
    const steps = deliveriesOf(arena.bank, content, id, lastReturned, dayOf(new Date()));
    if (steps.flat().length > 1) arena.bank.troubled += 1;
    for (const step of steps) {
      const done = await Promise.all(
        step.map(async ({ batchId, content: raw, wrong }) => {
          const hash = createHash('sha256').update(raw).digest('hex');
          const operation = history.begin('return', newKey('return'), `${batchId} ${hash}`);
          const send = () =>
            cadre('treasurer').disbursements.importReturn({ params: { id: batchId } }, { raw });
          const reply = await carry(operation, send, { patient: true, twice: !wrong && twice() });
          // Had it been taken, it would be found to be there.
          if (wrong) operation.outcome = 'refused';
          return wrong ? true : reply !== null;
        }),
      );
      whole &&= done.every(Boolean);
    }
    if (whole) history.returned.add(id);
    lastReturned = id;
  };

  const phones = callers.map(({ phone }) => phone);
  /** Somebody asks for a code, once: whoever hears nothing waits for it. */
  const caller = async (): Promise<boolean> => {
    const phone = phones.shift();
    if (!phone) return false;
    const operation = history.begin('code', newKey('code'), phone);
    await carry(operation, () => as(null).accounts.requestCode({ body: { phone } }), {
      patient: false,
      twice: false,
    });
    await pause(250);
    return true;
  };

  const workers = [
    ...Array.from({ length: 3 }, () => repeat(depositor(true))),
    ...Array.from({ length: 2 }, () => repeat(depositor(false))),
    ...Array.from({ length: 4 }, () => repeat(member)),
    ...Array.from({ length: 2 }, () => repeat(decider('siblingChair', toUnit, toDistrict))),
    ...Array.from({ length: 2 }, () => repeat(decider('approver', toDistrict, null))),
    repeat(pay),
    repeat(caller),
  ];
  const ended = Promise.all(workers);
  // Told where it is awaited; until then it must not end the process.
  ended.catch(() => {});
  return {
    async stop() {
      running = false;
      await ended;
    },
  };
}
