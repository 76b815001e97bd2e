import { useCallback, useEffect, useRef, useState } from 'react';
import { useDidShow } from '@tarojs/taro';
import { ApiError } from '@smart-union/api-client';
import { endSession } from './session.ts';
import { askToSignIn } from './navigation.ts';

/** What a page knows of its data. `stale`: the shown data is from before, the line is down now. */
export type Loaded<T> =
  | { state: 'loading' }
  | { state: 'ready'; data: T; stale: boolean }
  | { state: 'offline' }
  | { state: 'forbidden'; message: string }
  | { state: 'failed'; message: string };

/** True for a request that never reached the server or got no answer of ours. */
export function isOffline(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 'server-unreachable' || error.status === 0);
}

/** No answer, or one that asks to come again: the same call may go well in a moment. */
export function isPassing(error: unknown): boolean {
  return isOffline(error) || (error instanceof ApiError && error.status === 503);
}

/** A refusal's own words; empty when there are none fit to show. */
export function reasonOf(error: unknown): string {
  return error instanceof ApiError ? error.message : '';
}

/** Sends her to sign in when the session is over; true when it did. */
export function signInIfNeeded(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.status !== 401) return false;
  endSession();
  askToSignIn();
  return true;
}

/**
 * Loads a page's data, again each time the page is shown (unless told not to), and keeps what it has while the line is down.
 * @returns the state, functions to load again (`renew`: showing nothing of before), and one to put newer data in.
 */
export function useLoad<T>(
  load: () => Promise<T>,
  key: string,
  { again = true }: { again?: boolean } = {},
): { loaded: Loaded<T>; reload: () => void; renew: () => void; put: (data: T) => void } {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' });
  const latest = useRef({ load, turn: 0, shown: false });
  latest.current.load = load;

  const reload = useCallback(() => {
    latest.current.turn += 1;
    const mine = latest.current.turn;
    latest.current.load().then(
      (data) => {
        if (mine === latest.current.turn) setLoaded({ state: 'ready', data, stale: false });
      },
      (error: unknown) => {
        if (mine !== latest.current.turn || signInIfNeeded(error)) return;
        setLoaded((before) => {
          if (isOffline(error))
            return before.state === 'ready' ? { ...before, stale: true } : { state: 'offline' };
          if (error instanceof ApiError && (error.status === 403 || error.status === 404))
            return { state: 'forbidden', message: error.message };
          return { state: 'failed', message: reasonOf(error) };
        });
      },
    );
  }, []);

  const renew = useCallback(() => {
    setLoaded({ state: 'loading' });
    reload();
  }, [reload]);

  useEffect(renew, [key, renew]);

  useDidShow(() => {
    // The first showing is the effect above; later ones come from a page on top that may have changed things.
    if (latest.current.shown && again) reload();
    latest.current.shown = true;
  });

  const put = useCallback((data: T) => {
    latest.current.turn += 1;
    setLoaded({ state: 'ready', data, stale: false });
  }, []);

  return { loaded, reload, renew, put };
}
