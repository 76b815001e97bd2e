export interface DemoAccount {
  username: string;
  password: string;
}

/** The view-only demo account; null outside demo mode, where the address does not exist. */
export async function findDemoAccount(signal: AbortSignal): Promise<DemoAccount | null> {
  try {
    const response = await fetch('/dev/wall-account', { signal, headers: { accept: 'application/json' } });
    return response.ok ? ((await response.json()) as DemoAccount) : null;
  } catch {
    return null;
  }
}

/** Signs in with it, as the sign-in page would. */
export async function signInDemo(account: DemoAccount): Promise<boolean> {
  try {
    const response = await fetch('/api/v1/session/cadre', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(account),
    });
    return response.ok;
  } catch {
    return false;
  }
}
