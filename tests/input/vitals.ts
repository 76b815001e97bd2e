import { availableParallelism, loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What the process was like between `beginVitals` and `end`; the server runs in it, beside whoever asks. */
export interface Vitals {
  /** Longest resident memory seen, in megabytes. */
  memoryMb: number;
  /** 99th percentile of how much later than asked a timer of 10 ms fired, in milliseconds. */
  loopDelayMs: number;
  /** Answers that took longer than two seconds, twice in a row: once may be the machine's other work. */
  hangs: string[];
  /** How many wanted each processor, at the worst: 1 when nobody had to wait. Times are judged in proportion to it. */
  crowd: number;
}

const hangMs = 2000;
const loopDelayMs = 100;
const memoryMb = 512;

const crowdNow = () => Math.max(1, loadavg()[0]! / availableParallelism());

/** Watches memory, event loop and answers while bad input is sent. */
export function beginVitals() {
  const loop = monitorEventLoopDelay({ resolution: 10 });
  loop.enable();
  let memory = 0;
  let crowd = 1;
  const look = () => {
    memory = Math.max(memory, process.memoryUsage.rss());
    crowd = Math.max(crowd, crowdNow());
  };
  const timer = setInterval(look, 100);
  const hangs: string[] = [];
  return {
    /** Runs `work`, and once more if it took too long. What it gave is that of the last time. */
    async timed<T>(what: string, work: () => Promise<T>): Promise<T> {
      for (let again = 0; ; again += 1) {
        const begun = performance.now();
        const result = await work();
        const took = performance.now() - begun;
        if (took <= hangMs * crowdNow()) return result;
        if (again > 0) {
          hangs.push(`${what}: ${Math.round(took)} ms`);
          return result;
        }
      }
    },
    end(): Vitals {
      look();
      clearInterval(timer);
      loop.disable();
      return {
        memoryMb: Math.round(memory / 2 ** 20),
        // What a timer is late by of itself is its resolution.
        loopDelayMs: Math.max(0, Math.round(loop.percentile(99) / 1e6 - 10)),
        hangs,
        crowd: Math.round(crowd * 10) / 10,
      };
    },
  };
}

/** What is wrong by the bars of docs/evidence/fuzz.md. Said aloud, so that a whole run leaves its figures behind. */
export function faultsOf(what: string, found: Vitals): string[] {
  const { hangs, crowd } = found;
  console.log(
    `${what}: ${found.memoryMb} MB, event loop p99 ${found.loopDelayMs} ms, ${hangs.length} hangs, crowd ${crowd}`,
  );
  return [
    ...hangs,
    ...(found.memoryMb > memoryMb ? [`${found.memoryMb} MB of memory`] : []),
    ...(found.loopDelayMs > loopDelayMs * crowd ? [`event loop late by ${found.loopDelayMs} ms`] : []),
  ];
}
