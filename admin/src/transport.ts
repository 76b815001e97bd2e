import { ApiError, type ApiRequest } from '@smart-union/api-client';
import { currentLocale, currentTexts } from './texts/texts.ts';

export { ApiError };

const signedOutListeners = new Set<() => void>();

/** Called when the server says the session is over, so that the shell can ask for a new sign-in. */
export const onSignedOut = (listener: () => void): (() => void) => {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
};

const csrfToken = (): string =>
  document.cookie
    .split('; ')
    .find((pair) => pair.startsWith('su_csrf='))
    ?.slice('su_csrf='.length) ?? '';

const bodyOf = (request: ApiRequest): { body?: BodyInit; type?: string } => {
  if (request.raw !== undefined) return { body: request.raw as BodyInit, type: 'application/octet-stream' };
  if (request.body !== undefined) return { body: JSON.stringify(request.body), type: 'application/json' };
  return {};
};

const send = async (request: ApiRequest): Promise<Response> => {
  const { body, type } = bodyOf(request);
  const headers = new Headers({ accept: 'application/json', 'accept-language': currentLocale() });
  if (type) headers.set('content-type', type);
  if (request.method !== 'GET') headers.set('x-csrf-token', decodeURIComponent(csrfToken()));
  if (request.idempotencyKey) headers.set('idempotency-key', request.idempotencyKey);
  let response: Response;
  try {
    response = await fetch(request.path, {
      method: request.method,
      headers,
      body,
      signal: request.signal,
      credentials: 'same-origin',
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    // Status 0: no answer at all. The pages show it as "offline", apart from refusals.
    throw new ApiError(0, 'server-unreachable', currentTexts().states.offlineNote);
  }
  if (response.ok) return response;
  const fault = ApiError.fromBody(response.status, await response.json().catch(() => null));
  // A wrong password or code is a 401 as well, and no reason to leave the page.
  if (fault.code === 'session-missing' || fault.code === 'session-expired')
    for (const listener of signedOutListeners) listener();
  throw fault;
};

/** The browser's way of sending a call of the contract: same origin, cookies, CSRF header, errors as ApiError. */
export const transport = async (request: ApiRequest): Promise<unknown> => {
  const response = await send(request);
  if (response.status === 204) return undefined;
  const type = response.headers.get('content-type') ?? '';
  return type.includes('json') ? response.json() : response.blob();
};

/**
 * Fetches a file and hands it to the browser's own download. Through fetch and not a link, so that a refusal
 * shows as words on the page and not as a JSON body in a new tab.
 */
export const download = async (path: string, fallbackName: string): Promise<void> => {
  const response = await send({ method: 'GET', path });
  const named = /filename\*=UTF-8''([^;]+)/i.exec(response.headers.get('content-disposition') ?? '')?.[1];
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = named ? decodeURIComponent(named) : fallbackName;
  link.click();
  // Chromium reads the blob after the click returns; revoking at once gives an empty file now and then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};

/** A key for calls that must have one effect however often they are sent. Keep it for the retries of one act. */
export const newIdempotencyKey = (): string => {
  // randomUUID exists on https and localhost only; a demo on a plain LAN address has getRandomValues alone.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
};
