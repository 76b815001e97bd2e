import { useSyncExternalStore } from 'react';
import { en } from './en.ts';
import { zhCN } from './zh-CN.ts';

type Locale = 'zh-CN' | 'en';
export type Texts = typeof zhCN;

const stored = 'su_wall_locale';
const listeners = new Set<() => void>();

const readLocale = (): Locale => {
  try {
    return localStorage.getItem(stored) === 'en' ? 'en' : 'zh-CN';
  } catch {
    // Hardened browsers refuse storage; Chinese is the default, so nothing is lost.
    return 'zh-CN';
  }
};

let locale = readLocale();
document.documentElement.lang = locale;

/** Switches the language at once and remembers it in this browser. */
export function switchLocale(): void {
  locale = locale === 'en' ? 'zh-CN' : 'en';
  document.documentElement.lang = locale;
  try {
    localStorage.setItem(stored, locale);
  } catch {
    // The choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useLocale = (): Locale => useSyncExternalStore(subscribe, () => locale);
export const useTexts = (): Texts => (useLocale() === 'en' ? en : zhCN);
