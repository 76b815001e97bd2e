import type { TestApp } from '../database/test-app.ts';

/** Hands on everything the server says, instead of its being printed. */
export function keepLogs(t: TestApp, keep: (text: string) => void): void {
  const { log } = t.server.app;
  const stream = Object.getOwnPropertySymbols(log).find((symbol) => symbol.description === 'pino.stream')!;
  (log as unknown as Record<symbol, { write(text: string): void }>)[stream]!.write = keep;
}
