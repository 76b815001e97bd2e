import type { Terminal } from './command.ts';

export interface Progress {
  /** `done` of the total; a total given here replaces the first one. */
  to(done: number, total?: number): void;
  /** Ends the line. */
  end(): void;
}

const cells = 24;
const redrawMillis = 100;
const logMillis = 5000;

/** A bar that is redrawn on a terminal; elsewhere a plain line now and then, so that a log stays readable. */
export function showProgress(terminal: Terminal, title: string, total: number): Progress {
  const begun = Date.now();
  let shownAt = terminal.isTty ? 0 : begun;
  let [last, of] = [0, total];
  const line = () => {
    // How much there is to read is known in the end.
    if (of === 0) return `${title} ${last.toLocaleString('en')}`;
    const share = Math.min(1, last / of);
    const filled = Math.round(share * cells);
    const bar = terminal.isTty ? `${'█'.repeat(filled)}${'░'.repeat(cells - filled)} ` : '';
    return `${title} ${bar}${last.toLocaleString('en')}/${of.toLocaleString('en')}（${Math.round(share * 100)}%）`;
  };
  const show = () => terminal.out(terminal.isTty ? `\r\x1b[2K${line()}` : `${line()}\n`);
  return {
    to(done, newTotal) {
      last = done;
      of = newTotal ?? of;
      const now = Date.now();
      if (now - shownAt < (terminal.isTty ? redrawMillis : logMillis)) return;
      shownAt = now;
      show();
    },
    end() {
      const seconds = ((Date.now() - begun) / 1000).toFixed(1);
      terminal.out(`${terminal.isTty ? '\r\x1b[2K' : ''}${line()}，用时 ${seconds} 秒\n`);
    },
  };
}
