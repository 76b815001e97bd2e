import { readFileSync } from 'node:fs';
import { createHistogram } from 'node:perf_hooks';

/** The bars of docs/evidence/fuzz.md. */
const hangMs = 2000;
const loopDelayMs = 100;
const memoryMb = 512;

const tickMs = 10;
const tellEveryMs = 60_000;

/** Text of a file under /proc; empty where there is no such thing. */
function proc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Milliseconds this thread has stood ready to run while the kernel let others have the processors: what a busy machine, and
 * nobody else, adds to every time measured here. Always 0 where the kernel does not tell; times are then as by the clock.
 */
const waitedMs = () => Number(proc('self/schedstat').split(' ')[1] ?? 0) / 1e6;

/** Resident memory of this process and of those it has started (who reads a workbook does so in one), in bytes. */
function resident(): number {
  const children = proc(`self/task/${process.pid}/children`).trim().split(' ').filter(Boolean);
  const pages = children.map((pid) => Number(proc(`${pid}/statm`).split(' ')[1] ?? 0));
  return process.memoryUsage.rss() + pages.reduce((sum, count) => sum + count * 4096, 0);
}

/**
 * Watches memory, event loop and answers of this process – the server runs in it, beside whoever asks – while bad input is
 * sent. What is wrong is said when it happens, and how things stand once a minute: a long run stopped early loses nothing.
 */
export function beginVitals(what: string) {
  const faults: string[] = [];
  const say = (text: string) => console.log(`${what}: ${text}`);
  const wrong = (text: string) => {
    faults.push(text);
    // A hundred examples of a fault say no more than ten.
    if (faults.length <= 10) say(`WRONG ${text}`);
  };

  const byClock = createHistogram();
  const own = createHistogram();
  let memory = 0;
  let last = performance.now();
  let lastWaited = waitedMs();
  const tick = setInterval(() => {
    const [now, waited] = [performance.now(), waitedMs()];
    const late = Math.max(0, now - last - tickMs);
    byClock.record(Math.round(late * 1e6) + 1);
    own.record(Math.round(Math.max(0, late - (waited - lastWaited)) * 1e6) + 1);
    [last, lastWaited] = [now, waited];
  }, tickMs);
  const look = setInterval(() => {
    memory = Math.max(memory, resident());
  }, 100);

  const outcomes = new Map<string, number>();
  let answers = 0;
  let longest = 0;
  const p99 = (histogram: typeof own) => Math.round(histogram.percentile(99) / 1e6);
  const megabytes = () => Math.round(memory / 2 ** 20);
  const standing = () =>
    `${answers} answers, ${faults.length} wrong, longest ${Math.round(longest)} ms, ${megabytes()} MB, ` +
    `event loop p99 ${p99(own)} ms (${p99(byClock)} by the clock)`;
  const teller = setInterval(() => say(`so far ${standing()}`), tellEveryMs);

  return {
    wrong,
    /** Counts how an answer came out, to be told with the rest: a run in which all were turned away at the door proves nothing. */
    tally(outcome: string): void {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    },
    outcomes: outcomes as ReadonlyMap<string, number>,
    /** Runs `work`, and once more if it took too long: once may be anything, twice is a hang. What it gave is the last. */
    async timed<T>(name: string, work: () => Promise<T>): Promise<T> {
      for (let again = 0; ; again += 1) {
        const [begun, waited] = [performance.now(), waitedMs()];
        const result = await work();
        const took = performance.now() - begun - (waitedMs() - waited);
        answers += 1;
        if (took <= hangMs || again > 0) {
          longest = Math.max(longest, took);
          if (took > hangMs) wrong(`${name} took ${Math.round(took)} ms, twice in a row too long`);
          return result;
        }
      }
    },
    /** Everything that was wrong, by the answers and by the bars; empty when all is well. */
    end(): string[] {
      for (const timer of [tick, look, teller]) clearInterval(timer);
      if (megabytes() > memoryMb) wrong(`${megabytes()} MB of memory`);
      if (p99(own) > loopDelayMs) wrong(`event loop late by ${p99(own)} ms`);
      say(standing());
      const often = [...outcomes].toSorted(([, one], [, other]) => other - one);
      say(often.map(([outcome, count]) => `${outcome} ${count}`).join(', '));
      return faults;
    },
  };
}
