import { Button, Checkbox, Dropdown, Grid, Pagination, Table } from 'antd';
import type { ColumnType } from 'antd/es/table/index.js';
import { useState, type ReactNode } from 'react';
import { useTexts } from '../texts/texts.ts';
import { Columns } from './icons.tsx';
import type { ListState } from './list-search.ts';
import { PhoneFacts } from './phone-facts.tsx';
import { Empty, Failure, Loading } from './states.tsx';

export interface ListColumn<Row> {
  key: string;
  title: string;
  render: (row: Row) => ReactNode;
  width?: number;
  /** Money and counts stand right so that their digits line up. */
  end?: boolean;
  sortable?: boolean;
  /** Shown only after the column chooser asks for it. */
  hidden?: boolean;
}

export interface ListPage<Row> {
  items: Row[];
  total: number;
}

interface Props<Row> {
  /** Names the list in what this browser remembers (chosen columns). */
  name: string;
  label: string;
  list: ListState;
  result: {
    data: ListPage<Row> | undefined;
    error: unknown;
    isPending: boolean;
    isFetching: boolean;
    refetch: () => unknown;
  };
  columns: ListColumn<Row>[];
  rowKey: (row: Row) => string;
  empty: { title: string; note?: string; act?: ReactNode };
  /** How a row reads on a phone; without it as its columns, one below the other. */
  phoneRow?: (row: Row) => ReactNode;
  onRow?: (row: Row) => void;
  selection?: { keys: string[]; onChange: (keys: string[]) => void; selectable: (row: Row) => boolean };
}

const rememberedColumns = (name: string): string[] | null => {
  try {
    return JSON.parse(localStorage.getItem(`su_columns_${name}`) ?? 'null') as string[] | null;
  } catch {
    return null;
  }
};

/** Which columns are shown, remembered per list in this browser. */
const useShownColumns = (name: string, columns: ListColumn<never>[]) => {
  const [chosen, setChosen] = useState(() => rememberedColumns(name));
  const shown = chosen ?? columns.filter((column) => !column.hidden).map((column) => column.key);
  const choose = (keys: string[]): void => {
    setChosen(keys);
    localStorage.setItem(`su_columns_${name}`, JSON.stringify(keys));
  };
  return { shown, choose };
};

/** A paged list from the server: sticky header, sort and page in the URL, column chooser, counts, every state. */
export const ListTable = <Row extends object>(props: Props<Row>) => {
  const { list, result, columns, rowKey, selection, onRow } = props;
  const t = useTexts();
  const wide = Grid.useBreakpoint().md !== false;
  const { shown, choose } = useShownColumns(props.name, columns as ListColumn<never>[]);
  if (result.error && !result.data)
    return <Failure error={result.error} onRetry={() => void result.refetch()} />;
  if (!result.data) return <Loading rows={8} />;
  const { items, total } = result.data;
  const pages = (
    <Pagination
      size="small"
      current={list.page}
      pageSize={list.pageSize}
      total={total}
      showSizeChanger
      pageSizeOptions={[20, 50, 100, 200]}
      showTotal={(count) => t.list.total(count)}
      onChange={(page, pageSize) =>
        list.set({ page: String(page), pageSize: pageSize === 20 ? undefined : String(pageSize) })
      }
    />
  );
  const shownColumns = columns.filter((column) => shown.includes(column.key));
  if (!wide) {
    const phoneRow = props.phoneRow ?? ((row: Row) => <PhoneFacts row={row} columns={shownColumns} />);
    return (
      <>
        {items.length === 0 ? <Empty {...props.empty} /> : null}
        <ul className="card-list" aria-label={props.label}>
          {items.map((row) => (
            <li key={rowKey(row)}>{phoneRow(row)}</li>
          ))}
        </ul>
        <div className="list-foot">{pages}</div>
      </>
    );
  }
  const sort = list.search.sort ?? '';
  const antColumns = shownColumns.map((column): ColumnType<Row> => ({
    key: column.key,
    title: column.title,
    width: column.width,
    align: column.end ? 'right' : undefined,
    className: column.end ? 'number' : undefined,
    sorter: column.sortable ?? false,
    sortOrder: sort === column.key ? 'ascend' : sort === `-${column.key}` ? 'descend' : null,
    render: (_value, row) => column.render(row),
  }));
  return (
    <div className="list" ref={(list) => focusable(list)}>
      <Table<Row>
        size="small"
        aria-label={props.label}
        dataSource={items}
        columns={antColumns}
        rowKey={rowKey}
        loading={result.isFetching && { delay: 300 }}
        pagination={false}
        sticky={{ offsetHeader: 52 }}
        virtual={false}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: <Empty {...props.empty} /> }}
        showSorterTooltip={false}
        onRow={(row) =>
          onRow ? { onClick: (event) => opensRow(event.target) && onRow(row), className: 'row-link' } : {}
        }
        onChange={(_pages, _filters, sorter) => {
          const one = Array.isArray(sorter) ? sorter[0] : sorter;
          const key = one?.order ? String(one.columnKey) : undefined;
          list.set({ sort: key && (one?.order === 'descend' ? `-${key}` : key) });
        }}
        rowSelection={
          selection && {
            selectedRowKeys: selection.keys,
            onChange: (keys) => selection.onChange(keys.map(String)),
            getCheckboxProps: (row) => ({
              disabled: !selection.selectable(row),
              'aria-label': t.list.select,
            }),
          }
        }
      />
      <div className="list-foot">
        <Dropdown
          trigger={['click']}
          popupRender={() => (
            <div className="chooser">
              <Checkbox.Group
                value={shown}
                onChange={(keys) => keys.length > 0 && choose(keys)}
                options={columns.map((column) => ({ value: column.key, label: column.title }))}
              />
            </div>
          )}
        >
          <Button size="small" type="text" icon={<Columns />}>
            {t.list.columns}
          </Button>
        </Dropdown>
        {pages}
      </div>
    </div>
  );
};

/**
 * Lets the keyboard reach and scroll a table wider than its page; the table offers no property for it. Runs at every
 * render, since the scrolling element changes with the data.
 */
export const focusable = (list: HTMLDivElement | null): void => {
  for (const part of list?.querySelectorAll<HTMLElement>('.ant-table-body, .ant-table-content') ?? [])
    part.tabIndex = 0;
};

// A click on a link, a button or the tick box of a row means that thing, not the row.
const opensRow = (target: EventTarget): boolean =>
  target instanceof Element &&
  target.closest('a, button, input, label, .ant-checkbox-wrapper, .ant-table-selection-column') === null;
