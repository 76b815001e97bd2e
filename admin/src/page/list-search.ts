import { useLocation, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

/** What a list page keeps in its URL. Every value is a string; absent means "as the list does by itself". */
export type ListSearch = Record<string, string | undefined>;

/** Every search value stays a string: an 18-digit number read as JSON would lose its last digits. */
export const parseSearch = (text: string): ListSearch => Object.fromEntries(new URLSearchParams(text));

export const stringifySearch = (search: Record<string, unknown>): string => {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') params.set(key, value);
    else if (typeof value === 'number' || typeof value === 'boolean') params.set(key, String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
};

/**
 * Whether words look like an ID number, a phone or a card: those are searched for, but never written into an address
 * that stays in the browser's history or is sent to a colleague. Case numbers have letters and fewer digits.
 */
export const isPersonal = (words: string): boolean =>
  /^\d{11,}X?$/i.test(words.normalize('NFKC').replaceAll(/[\s-]/g, ''));

export interface ListState {
  search: ListSearch;
  page: number;
  pageSize: number;
  q: string;
  /** Changes some of the search; the page goes back to 1 unless it is what changes. */
  set: (change: ListSearch) => void;
  /** The query of the API call: paging, words, sort and the named extras. */
  query: (...extras: string[]) => Record<string, string | number>;
}

/** Paging, words, filters and sort of a list, held in the URL so that it can be sent and Back works. */
export const useListSearch = (): ListState => {
  const search = useLocation().search as ListSearch;
  const navigate = useNavigate();
  const [personal, setPersonal] = useState('');
  const page = Math.max(1, Number.parseInt(search.page ?? '1', 10) || 1);
  const pageSize = Math.min(200, Math.max(1, Number.parseInt(search.pageSize ?? '20', 10) || 20));
  const q = personal === '' ? (search.q ?? '') : personal;
  const set = (change: ListSearch): void => {
    const next: ListSearch = { ...search, page: undefined, ...change };
    if ('q' in change) {
      const words = change.q ?? '';
      setPersonal(isPersonal(words) ? words : '');
      next.q = isPersonal(words) ? undefined : words || undefined;
    }
    if (next.page === '1') next.page = undefined;
    void navigate({ to: '.', search: next as never, replace: !('page' in change) });
  };
  const query = (...extras: string[]): Record<string, string | number> => {
    const out: Record<string, string | number> = { page, pageSize };
    if (q !== '') out.q = q;
    if (search.sort) out.sort = search.sort;
    for (const key of extras) {
      const value = search[key];
      if (value) out[key] = value;
    }
    return out;
  };
  return { search, page, pageSize, q, set, query };
};
