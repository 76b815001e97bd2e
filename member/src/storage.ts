import Taro from '@tarojs/taro';

/** Reads what this phone remembers under a key; null when nothing, or when storage is switched off. */
export function findStored<T>(key: string): T | null {
  try {
    const value: unknown = Taro.getStorageSync(`su.${key}`);
    return value === '' || value === undefined || value === null ? null : (value as T);
  } catch {
    return null;
  }
}

/** Remembers a plain value on this phone. A full or forbidden storage is not worth an error: the server has the draft. */
export function store(key: string, value: unknown): void {
  try {
    Taro.setStorageSync(`su.${key}`, value);
  } catch {
    // Private windows refuse storage; nothing depends on it alone.
  }
}

export function forget(key: string): void {
  try {
    Taro.removeStorageSync(`su.${key}`);
  } catch {
    // As above.
  }
}
