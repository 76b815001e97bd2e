import { ApiError } from '@smart-union/api-client';
import type { Reply } from './client.ts';
import { client } from './client.ts';
import { createStore, useStore } from './store.ts';
import { forget, store } from './storage.ts';

type Session = Reply<'accounts', 'getSession'>;

/** `null`: signed out. `undefined`: not asked yet. */
const session = createStore<Session | null | undefined>(undefined);

export function useSession(): Session | null | undefined {
  return useStore(session);
}

let asking: Promise<Session | null> | null = null;

/** Finds who is signed in, asking the server once. Throws only when the server cannot be reached. */
export function findSession(): Promise<Session | null> {
  const known = session.get();
  if (known !== undefined) return Promise.resolve(known);
  asking ??= client.accounts
    .getSession()
    .then((found) => {
      // A cadre's session in the same browser is not a member's: she signs in here under her own phone.
      session.set(found.kind === 'member' ? found : null);
      return session.get() ?? null;
    })
    .catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) {
        session.set(null);
        return null;
      }
      throw error;
    })
    .finally(() => {
      asking = null;
    });
  return asking;
}

/** Signs in with phone and code; the mini-program keeps the token, H5 the cookie. Throws {@link ApiError}. */
export async function signIn(phone: string, code: string): Promise<void> {
  const keepToken = process.env.TARO_ENV === 'weapp';
  const found = await client.accounts.signInMember({ body: { phone, code, keepToken } });
  if (keepToken && found.token) store('token', found.token);
  session.set(found);
}

/** Ends the session here and on the server; here in any case, so a lost connection cannot keep her signed in. */
export async function signOut(): Promise<void> {
  try {
    await client.accounts.signOut();
  } finally {
    endSession();
  }
}

/** The server no longer knows the session. */
export function endSession(): void {
  forget('token');
  session.set(null);
}
