import { setTimeout as pause } from 'node:timers/promises';
import { ApiError } from '@smart-union/api-client';
import type { Arena } from './arena.ts';
import { check, type Finding } from './checkers.ts';
import { History, type Operation } from './history.ts';
import type { Nemesis } from './nemeses.ts';
import { startWorkload } from './workload.ts';

/** What one nemesis did in one round. */
export interface Round {
  nemesis: string;
  mute: boolean;
  operations: number;
  acknowledged: number;
  unknown: number;
  findings: Finding[];
  /** Until the server said it was ready and a deposit was acknowledged, from the end of the fault. */
  recoverySeconds: number;
  /** The longest anybody waited for an answer of any kind, from the fault on. */
  longestSeconds: number;
  /** Answers that are no way to tell of a fault: 500, or 503 without Retry-After. */
  rude: string[];
  /** Requests that failed because of the fault, to us or by us; a fault nobody notices proves nothing. */
  failed: number;
}

const recoveryMillis = 60_000;

/** Until so many more of the history are acknowledged. */
async function untilAcknowledged(history: History, more: number): Promise<void> {
  const goal = history.count('acknowledged') + more;
  const until = Date.now() + 120_000;
  while (history.count('acknowledged') < goal) {
    if (Date.now() > until) throw new Error(`no ${more} operations acknowledged within two minutes`);
    await pause(10);
  }
}

/** The instant at which the server is ready and does work again. */
async function healthyAt(arena: Arena, history: History): Promise<number> {
  const until = performance.now() + recoveryMillis;
  while (performance.now() < until) {
    const ready = await fetch(`${arena.server.origin}/readyz`, { signal: AbortSignal.timeout(5000) }).then(
      (reply) => reply.ok,
      () => false,
    );
    if (ready && (await probe(arena, history))) return performance.now();
    await pause(50);
  }
  return Infinity;
}

async function probe(arena: Arena, history: History): Promise<boolean> {
  const key = `op-probe-${arena.nextName()}`;
  const operation: Operation = history.begin('deposit', key, key, 1);
  const call = { params: { id: arena.stage.fund.id }, body: { amountFen: 1, note: key } };
  try {
    const { treasurer } = arena.stage.tokens;
    const reply = await arena.server.as(treasurer).disbursements.deposit(call, { idempotencyKey: key });
    operation.outcome = 'acknowledged';
    operation.replies.push(JSON.stringify(reply));
    return true;
  } catch (error) {
    operation.told.push(error instanceof ApiError ? error.code : 'lost');
    return false;
  }
}

/** Until nothing waits in the outbox, or it has had the time for every try but the last. */
async function untilSent(arena: Arena): Promise<void> {
  const waiting = `select 1 from ${arena.stage.federation.schema}.outbox where sent_at is null limit 1`;
  for (const until = Date.now() + 120_000; Date.now() < until; await pause(200))
    if ((await arena.asOwner(waiting)).rowCount === 0) return;
}

/** How much work there is before, and after, the fault. */
export interface Measure {
  faultMillis: number;
  before: number;
  after: number;
  claimants: number;
  /** People who only ask for a sign-in code. */
  callers: number;
}

/** One nemesis against people at work, then everything that was said compared with everything that is there. */
export async function playRound(
  arena: Arena,
  history: History,
  nemesis: Nemesis,
  measure: Measure,
): Promise<Round> {
  const from = history.operations.length;
  const callers = await arena.enrol(measure.callers);
  const workload = startWorkload(arena, history, await arena.enrol(measure.claimants), callers);
  history.texts = arena.gateway.texts;
  const troubled = () => arena.gateway.troubled + arena.bank.troubled;
  const before = troubled();
  await untilAcknowledged(history, measure.before);
  arena.answered.length = 0;
  const over = await nemesis.strike(arena, measure.faultMillis);
  const healthy = await healthyAt(arena, history);
  const { answered } = arena;
  const failed =
    answered.filter(({ status }) => status === null || status >= 500).length + troubled() - before;
  if (healthy < Infinity) await untilAcknowledged(history, measure.after);
  await workload.stop();
  await untilSent(arena);
  const mine = history.operations.slice(from);
  const count = (outcome: Operation['outcome']) => mine.filter((one) => one.outcome === outcome).length;
  const rude = answered
    .filter(({ status, retryAfter }) => status !== null && status >= 500 && (status !== 503 || !retryAfter))
    .map(({ status, code, path }) => `${status} ${code} ${path.replaceAll(/[0-9a-f-]{36}/g, ':id')}`);
  return {
    nemesis: nemesis.name,
    mute: nemesis.mute === true,
    operations: mine.length,
    acknowledged: count('acknowledged'),
    unknown: count('unknown'),
    findings: await check(arena.stage.server.platform, arena.stage.federation, history),
    recoverySeconds: (healthy - over) / 1000,
    longestSeconds: Math.max(0, ...answered.map(({ millis }) => millis)) / 1000,
    rude,
    failed,
  };
}
