import { useSyncExternalStore } from 'react';
import { en } from './en.ts';
import { zhCN } from './zh-CN.ts';

export type Locale = 'zh-CN' | 'en';
/** The shape of every text; the English one must have the same keys and parameters. */
export type Texts = typeof zhCN;

const stored = 'su_admin_locale';
const readLocale = (): Locale => {
  try {
    return localStorage.getItem(stored) === 'en' ? 'en' : 'zh-CN';
  } catch {
    // Storage is refused in some hardened browsers; Chinese is the default, so nothing is lost.
    return 'zh-CN';
  }
};

let locale: Locale = readLocale();
const listeners = new Set<() => void>();

/** The language in use, for code outside React. */
export const currentLocale = (): Locale => locale;

/** The texts in use, for code outside React (the transport). */
export const currentTexts = (): Texts => (locale === 'en' ? en : zhCN);

/** Switches the language at once and remembers it in this browser. */
export const switchLocale = (next: Locale): void => {
  locale = next;
  try {
    localStorage.setItem(stored, next);
  } catch {
    // See readLocale: the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useLocale = (): Locale => useSyncExternalStore(subscribe, currentLocale);

export const useTexts = (): Texts => (useLocale() === 'en' ? en : zhCN);

/** Of two server texts, Chinese and English, the one to show. */
export const pick = (zh: string, english: string | null | undefined): string =>
  locale === 'en' && english ? english : zh;
