import type { Language } from '../settings.ts';
import { getSettings, useSettings } from '../settings.ts';
import { en } from './en.ts';
import type { Texts } from './zh-CN.ts';
import { zhCN } from './zh-CN.ts';

export type { Texts };

const byLanguage: Record<Language, Texts> = { 'zh-CN': zhCN, en };

/** The texts in the language now chosen; the component renders again when it changes. */
export function useTexts(): Texts {
  return byLanguage[useSettings().language];
}

export function getTexts(): Texts {
  return byLanguage[getSettings().language];
}

/** Of one thing said in both languages, the one to show; Chinese where there is no English. */
export function inLanguage<Said extends string | string[]>(zh: Said, english: Said | null | undefined): Said {
  return getSettings().language === 'en' && english ? english : zh;
}
