import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What the process was like between `beginVitals` and `end`; the server runs in it, beside whoever asks. */
export interface Vitals {
  /** Longest resident memory seen, in megabytes. */
  memoryMb: number;
  /** 99th percentile of how much later than asked a timer of 10 ms fired, in milliseconds. */
  loopDelayMs: number;
  /** Answers that took longer than two seconds, twice in a row: once may be the machine's other work. */
  hangs: string[];
}

const hangMs = 2000;

/** Watches memory, event loop and answers while bad input is sent. */
export function beginVitals() {
  const loop = monitorEventLoopDelay({ resolution: 10 });
  loop.enable();
  let memory = 0;
  const look = () => (memory = Math.max(memory, process.memoryUsage.rss()));
  const timer = setInterval(look, 100);
  const hangs: string[] = [];
  return {
    /** Runs `work`, and once more if it took too long. What it gave is that of the last time. */
    async timed<T>(what: string, work: () => Promise<T>): Promise<T> {
      for (let again = 0; ; again += 1) {
        const begun = performance.now();
        const result = await work();
        const took = performance.now() - begun;
        if (took <= hangMs) return result;
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
      };
    },
  };
}

/** The bars of docs/evidence/fuzz.md. Said aloud, so that a whole run leaves its figures behind. */
export function isHealthy(what: string, { memoryMb, loopDelayMs, hangs }: Vitals): string[] {
  console.log(`${what}: ${memoryMb} MB, event loop p99 ${loopDelayMs} ms, ${hangs.length} hangs`);
  return [
    ...hangs,
    ...(memoryMb > 512 ? [`${memoryMb} MB of memory`] : []),
    ...(loopDelayMs > 100 ? [`event loop late by ${loopDelayMs} ms`] : []),
  ];
}
