/** Where sealed values lie in a federation's schema, and how each one's place (see kernel/pii) names its row. */
export interface SealedTable {
  table: string;
  /** The primary key; its values joined by a blank are the place's row. */
  key: readonly string[];
  columns: readonly string[];
}

/** A test compares this list with the columns there are: whoever adds a column `*_sealed` adds it here. */
export const sealedTables: readonly SealedTable[] = [
  { table: 'member', key: ['id'], columns: ['id_number_sealed', 'phone_sealed', 'bank_card_sealed'] },
  { table: 'case', key: ['id'], columns: ['answers_sealed'] },
  { table: 'disbursement', key: ['id'], columns: ['bank_card_sealed'] },
  { table: 'payment_line', key: ['batch_id', 'sequence'], columns: ['bank_card_sealed'] },
  { table: 'account', key: ['id'], columns: ['totp_sealed'] },
  { table: 'outbox', key: ['id'], columns: ['to_sealed', 'text_sealed'] },
];
