import type { Overview } from './overview.ts';

export type Answer =
  | { kind: 'ok'; overview: Overview }
  | { kind: 'signed-out' }
  | { kind: 'forbidden' }
  | { kind: 'missing' }
  | { kind: 'failed' };

/** Reads the figures of a union (null: the top of what the viewer may see). Never throws. */
export async function fetchOverview(unionId: string | null, signal: AbortSignal): Promise<Answer> {
  const query = unionId === null ? '' : `?unionId=${unionId}`;
  try {
    const response = await fetch(`/api/v1/dashboards/overview${query}`, {
      signal,
      credentials: 'same-origin',
    });
    if (response.status === 401) return { kind: 'signed-out' };
    if (response.status === 403) return { kind: 'forbidden' };
    if (response.status === 404) return { kind: 'missing' };
    if (!response.ok) return { kind: 'failed' };
    return { kind: 'ok', overview: (await response.json()) as Overview };
  } catch {
    return { kind: 'failed' };
  }
}
