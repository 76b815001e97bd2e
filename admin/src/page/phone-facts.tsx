import type { ListColumn } from './list-table.tsx';

/** A row where there is no room for a table: what it is about, and its columns with their names below. */
export const PhoneFacts = <Row extends object>({
  row,
  columns,
}: {
  row: Row;
  columns: ListColumn<Row>[];
}) => {
  // Counts and amounts name nothing: the first that does stands above.
  const head = columns.find((column) => !column.end) ?? columns[0];
  const facts = columns.flatMap((column) => {
    const value = column === head ? null : column.render(row);
    return value === null || value === undefined || value === '' ? [] : [{ column, value }];
  });
  return (
    <>
      <strong>{head?.render(row)}</strong>
      <dl className="phone-facts">
        {facts.map(({ column, value }) => (
          <div key={column.key}>
            <dt>{column.title}</dt>
            <dd className={column.end ? 'number' : undefined}>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
};
