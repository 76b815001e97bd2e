import { Pagination } from 'antd';
import type { ListState } from './list-search.ts';

/** The pages of a list shown as cards; nothing while there is only one. */
export const CardPages = ({ list, total }: { list: ListState; total: number }) => (
  <Pagination
    style={{ marginTop: 12 }}
    size="small"
    current={list.page}
    pageSize={list.pageSize}
    total={total}
    hideOnSinglePage
    onChange={(page) => list.set({ page: String(page) })}
  />
);
