/** `¥1,234.50`, and `¥100` when there are no fen: as people write it. Takes whole fen. */
export function yuanText(fen: number): string {
  const sign = fen < 0 ? '-' : '';
  const whole = String(Math.floor(Math.abs(fen) / 100)).replace(/\B(?=(?:\d{3}){1,6}$)/g, ',');
  const rest = Math.abs(fen) % 100;
  return `${sign}¥${whole}${rest === 0 ? '' : `.${String(rest).padStart(2, '0')}`}`;
}

/**
 * Yuan as an author writes them (100, 0.5) in whole fen.
 * @throws RangeError on a fraction of a fen or an unsafe number.
 */
export function fenOf(yuan: number): number {
  const fen = Math.round(yuan * 100);
  if (!Number.isSafeInteger(fen) || Math.abs(yuan * 100 - fen) > 1e-6) {
    throw new RangeError(`not a whole number of fen: ${yuan} yuan`);
  }
  return fen;
}
