import Taro from '@tarojs/taro';
import type { ApiRequest, Transport } from '@smart-union/api-client';
import { ApiError } from '@smart-union/api-client';
import { getSettings } from './settings.ts';
import { findStored } from './storage.ts';

/**
 * Where the mini-program finds the server; the H5 pages are served by it and need no address.
 * Kept in storage so that one package can be tried against a test server.
 */
export function serverOrigin(): string {
  if (process.env.TARO_ENV === 'h5') return '';
  return findStored<string>('server') ?? 'http://127.0.0.1:8080';
}

const TIMEOUT_MS = 20_000;

/** What the network did instead of answering: nothing was decided, so the caller may try again. */
export function unreachable(): ApiError {
  return new ApiError(0, 'server-unreachable', '');
}

function csrfCookie(): string {
  return /(?:^|;\s*)su_csrf=([^;]*)/.exec(document.cookie)?.[1] ?? '';
}

async function sendByFetch(request: ApiRequest): Promise<unknown> {
  // The chosen language, not the browser's: a refusal speaks as the page does.
  const headers: Record<string, string> = {
    accept: 'application/json',
    'accept-language': getSettings().language,
  };
  if (request.method !== 'GET') headers['x-csrf-token'] = decodeURIComponent(csrfCookie());
  if (request.idempotencyKey) headers['idempotency-key'] = request.idempotencyKey;
  if (request.raw !== undefined) headers['content-type'] = 'application/octet-stream';
  else if (request.body !== undefined) headers['content-type'] = 'application/json';
  const patience = AbortSignal.timeout(request.raw === undefined ? TIMEOUT_MS : 3 * TIMEOUT_MS);
  let response: Response;
  let text: string;
  try {
    response = await fetch(request.path, {
      method: request.method,
      headers,
      credentials: 'same-origin',
      body: request.raw === undefined ? JSON.stringify(request.body) : (request.raw as Blob),
      signal: request.signal ?? patience,
    });
    text = await response.text();
  } catch {
    throw unreachable();
  }
  return settle(response.status, text);
}

async function sendByTaro(request: ApiRequest): Promise<unknown> {
  const header: Record<string, string> = {
    accept: 'application/json',
    'accept-language': getSettings().language,
  };
  const token = findStored<string>('token');
  if (token) header.authorization = `Bearer ${token}`;
  if (request.idempotencyKey) header['idempotency-key'] = request.idempotencyKey;
  header['content-type'] = request.raw === undefined ? 'application/json' : 'application/octet-stream';
  const payload = request.raw ?? request.body;
  let answer: { statusCode: number; data: string };
  try {
    answer = await Taro.request({
      url: serverOrigin() + request.path,
      method: request.method as 'GET' | 'POST' | 'PUT' | 'DELETE',
      header,
      ...(payload === undefined ? {} : { data: payload as Record<string, unknown> | ArrayBuffer }),
      dataType: 'text',
      timeout: request.raw === undefined ? TIMEOUT_MS : 3 * TIMEOUT_MS,
    });
  } catch {
    throw unreachable();
  }
  return settle(answer.statusCode, answer.data);
}

function settle(status: number, text: string): unknown {
  let body: unknown = null;
  try {
    body = text === '' ? null : JSON.parse(text);
  } catch {
    // A proxy's own page instead of our JSON: treated below as no answer of ours.
  }
  if (status >= 200 && status < 300) return body;
  throw ApiError.fromBody(status, body);
}

/** H5 rides on the session cookie with its CSRF token, the mini-program on a bearer token. */
export const transport: Transport = process.env.TARO_ENV === 'h5' ? sendByFetch : sendByTaro;
