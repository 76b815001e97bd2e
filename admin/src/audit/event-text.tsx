import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { formatCount, formatMoney } from '../texts/formats.ts';
import { useTexts, type Texts } from '../texts/texts.ts';

const pages: Record<string, string> = {
  case: '/cases/',
  member: '/members/',
  union: '/unions/',
  'payment-batch': '/batches/',
};

const valueText = (name: string, value: unknown, t: Texts): string => {
  if (name.endsWith('Fen') && typeof value === 'number') return formatMoney(value);
  if (name === 'role') return (t.accounts.roles as Record<string, string>)[String(value)] ?? String(value);
  if (name === 'channel') return (t.cases.channels as Record<string, string>)[String(value)] ?? String(value);
  if (name === 'sha256') return String(value).slice(0, 12);
  if (typeof value === 'boolean') return value ? t.common.yes : t.common.no;
  // Ids again: how many is what a person reads.
  if (name === 'files' && Array.isArray(value)) return formatCount(value.length);
  if (Array.isArray(value)) return value.map(String).join('、');
  return typeof value === 'object' && value !== null ? particularsOf(value, t, '，') : String(value);
};

/** Each particular under its name; ids are for machines. */
const particularsOf = (data: object, t: Texts, between: string): string =>
  Object.entries(data)
    .filter(([name, value]) => !name.endsWith('Id') && value !== null && value !== '')
    .map(([name, value]) => `${t.events.data[name] ?? name} ${valueText(name, value, t)}`)
    .join(between);

const dataOf = (text: string): Record<string, unknown> | null => {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' && data !== null && !Array.isArray(data)
      ? (data as Record<string, unknown>)
      : null;
  } catch {
    // Not every event keeps its particulars as JSON; then the text speaks for itself.
    return null;
  }
};

interface Props {
  event: { kind: string; subject: string; subjectId: string | null; text: string };
}

/** An audit event in words: what was done, to what (a link where there is a page), and the particulars kept with it. */
export const EventText = ({ event }: Props) => {
  const t = useTexts();
  const title: ReactNode = t.events.kinds[event.kind] ?? event.kind;
  const page = pages[event.subject];
  const data = dataOf(event.text);
  const particulars = data ? particularsOf(data, t, ' · ') : event.text;
  return (
    <span className="wide-text">
      {page && event.subjectId ? <Link to={`${page}${event.subjectId}` as never}>{title}</Link> : title}
      {particulars ? <span className="quiet"> {particulars}</span> : null}
    </span>
  );
};
