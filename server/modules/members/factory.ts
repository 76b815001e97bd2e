const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** A made-up resident card number that passes GB 11643: born from 1950 on, a thousand to the day. */
export function madeUpIdNumber(sequence: number): string {
  const bornOn = new Date(Date.UTC(1950, 0, 1 + Math.floor(sequence / 1000)));
  const day = bornOn.toISOString().slice(0, 10).replaceAll('-', '');
  const body = `321202${day}${String(sequence % 1000).padStart(3, '0')}`;
  const sum = weights.reduce((total, weight, index) => total + weight * Number(body[index]), 0);
  return `${body}${'10X98765432'[sum % 11]}`;
}
