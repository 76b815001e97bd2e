/**
 * Yuan as typed, full-width digits and thousands marks allowed, to whole fen; null when it is no amount above 0.
 * By text and not by multiplication: 1.15 × 100 is 114.99999999999999 in floating point.
 */
export const fenTyped = (typed: string): number | null => {
  const plain = typed.normalize('NFKC').replaceAll(',', '').trim();
  const match = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(plain);
  if (!match) return null;
  const fen = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
  return fen > 0 ? fen : null;
};
