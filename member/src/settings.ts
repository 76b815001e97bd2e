import { createStore, useStore } from './store.ts';
import { findStored, store } from './storage.ts';

export type Language = 'zh-CN' | 'en';

export interface Settings {
  language: Language;
  /** 长辈版: type × 1.375, one column, at most six tiles. */
  elder: boolean;
}

const remembered = findStored<Partial<Settings>>('settings');

const settings = createStore<Settings>({
  language: remembered?.language === 'en' ? 'en' : 'zh-CN',
  elder: remembered?.elder === true,
});

export const getSettings = settings.get;

export function useSettings(): Settings {
  return useStore(settings);
}

/** Changes some settings, on every page at once, and remembers them on this phone. */
export function changeSettings(change: Partial<Settings>): void {
  settings.set({ ...settings.get(), ...change });
  store('settings', settings.get());
}
