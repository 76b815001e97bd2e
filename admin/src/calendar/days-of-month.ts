const pad = (number: number): string => String(number).padStart(2, '0');

/** The days of a month as 'YYYY-MM-DD' in rows of seven from Monday, with nulls before the first. `month` is 1–12. */
export const daysOfMonth = (year: number, month: number): (string | null)[] => {
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const blanks = Array.from({ length: (first + 6) % 7 }, () => null);
  return [...blanks, ...Array.from({ length }, (_, day) => `${year}-${pad(month)}-${pad(day + 1)}`)];
};
