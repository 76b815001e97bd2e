import { useSyncExternalStore } from 'react';

/** The union a URL is about: `#/u/<id>`; null is the top of what the viewer may see. */
const unionInHash = (): string | null => /^#\/u\/([0-9a-f-]{36})$/i.exec(location.hash)?.[1] ?? null;

export const addressOf = (unionId: string | null): string => (unionId === null ? '#/' : `#/u/${unionId}`);

/** Goes to a union as a new entry of the browser's history, so that Back works. */
export const goTo = (unionId: string | null): void => {
  location.hash = addressOf(unionId);
};

const subscribe = (listener: () => void): (() => void) => {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
};

export const useUnionId = (): string | null => useSyncExternalStore(subscribe, unionInHash);
