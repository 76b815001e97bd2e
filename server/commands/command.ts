/** Where a command reads from and writes to: a terminal, or a test. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether a bar may be redrawn on one line. */
  isTty: boolean;
  env: NodeJS.ProcessEnv;
  /** The project's folder: db/migrations and the built faces lie in it. */
  root: string;
  /** Asks for a secret without showing it; absent where nobody sits. */
  askSecret?: (question: string) => Promise<string>;
}

export interface Option {
  /** What stands for its value in the help text; null for a switch. */
  value: string | null;
  zh: string;
}

/** What was typed after the command's words. */
export interface Typed {
  positionals: readonly string[];
  options: Readonly<Record<string, string | undefined>>;
}

export interface Command {
  /** The words that call it, e.g. ['federation', 'create']. */
  words: readonly string[];
  /** Names of what must follow, as they stand in the help text. */
  takes: readonly string[];
  options: Readonly<Record<string, Option>>;
  zh: string;
  en: string;
  /** Returns false when what was checked is not in order; throws Refusal or UsageError. */
  run(terminal: Terminal, typed: Typed): Promise<boolean>;
}

/** Typed wrongly: exit code 2, with the usage of the command. */
export class UsageError extends Error {}

/** Typed rightly but not possible: exit code 1; the message says what to do. */
export class Refusal extends Error {}

/** A whole number above zero. Throws UsageError naming the option. */
export function wholeNumber(name: string, text: string | undefined, atMost: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text ?? '') || value < 1 || value > atMost)
    throw new UsageError(`--${name} 要写 1 到 ${atMost.toLocaleString('en')} 之间的整数`);
  return value;
}
