import type { Reply } from '../client.ts';
import { Row } from '../parts/Row.tsx';
import type { Tone } from '../parts/Tag.tsx';
import { Tag } from '../parts/Tag.tsx';
import { dateText, dayOf } from '../format.ts';
import { go } from '../navigation.ts';
import { inLanguage, useTexts } from '../texts/index.ts';
import type { Texts } from '../texts/index.ts';

export type MyCaseRow = Reply<'cases', 'listMine'>['items'][number];

const toneOf: Record<MyCaseRow['status'], Tone> = {
  draft: 'plain',
  submitted: 'info',
  in_review: 'info',
  returned: 'waiting',
  approved: 'success',
  declined: 'danger',
  withdrawn: 'plain',
  closed: 'success',
};

/** Colour and word for where an application stands; after the decision the money is what matters to her. */
export function standing(
  row: Pick<MyCaseRow, 'status' | 'paymentStatus'>,
  texts: Texts,
): { tone: Tone; word: string } {
  const decided = row.status === 'approved' || row.status === 'closed';
  const word = decided && row.paymentStatus ? texts.payment[row.paymentStatus] : undefined;
  if (word) {
    const tone =
      row.paymentStatus === 'failed' ? 'danger' : row.paymentStatus === 'paid' ? 'success' : 'info';
    return { tone, word };
  }
  return { tone: toneOf[row.status], word: texts.status[row.status] };
}

/** True while something is still to come or to do. */
export function isOpen(row: MyCaseRow): boolean {
  if (row.paymentStatus && row.paymentStatus !== 'paid' && row.paymentStatus !== 'cancelled') return true;
  return ['draft', 'submitted', 'in_review', 'returned'].includes(row.status);
}

/** One application in one line: what, where it is, by when. */
export function CaseRow({ row, first }: { row: MyCaseRow; first: boolean }) {
  const texts = useTexts();
  const { tone, word } = standing(row, texts);
  const where = inLanguage(row.where, row.whereEn);
  const due =
    row.expectedOn && !/\d月\d|by \d/.test(where) ? texts.home.expected(dateText(row.expectedOn)) : null;
  // What is over is told apart from the next one of the same kind by its day.
  const sent = !isOpen(row) && row.submittedAt ? texts.home.sentOn(dateText(dayOf(row.submittedAt))) : null;
  return (
    <Row
      first={first}
      title={inLanguage(row.itemTitle, row.itemTitleEn)}
      text={
        <>
          <Tag tone={tone}>{word}</Tag>
          <span className="row-text">
            {[where === word ? null : where, due, sent].filter(Boolean).join(' · ')}
          </span>
        </>
      }
      onClick={() => (row.status === 'draft' ? go('apply', { id: row.id }) : go('progress', { id: row.id }))}
    />
  );
}
