import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Select } from 'antd';
import { api } from '../client.ts';
import { useListSearch } from '../page/list-search.ts';
import { ListTable } from '../page/list-table.tsx';
import { PageHead } from '../page/page-head.tsx';
import { SearchBox } from '../page/search-box.tsx';
import { useTexts } from '../texts/texts.ts';
import { useUnionColumns } from './union-columns.tsx';

/** Unions of my scope, found by name or pinyin. */
export const UnionList = () => {
  const t = useTexts();
  const navigate = useNavigate();
  const list = useListSearch();
  const query = list.query('under', 'levelCode');
  const unions = useQuery({
    queryKey: ['unions', 'list', query],
    queryFn: () => api.unions.list({ query: query as never }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title={t.unions.title} />
      <div className="toolbar" role="search">
        <SearchBox list={list} label={t.unions.search} />
        <Select
          allowClear
          aria-label={t.unions.level}
          placeholder={t.unions.allLevels}
          value={list.search.levelCode}
          onChange={(levelCode?: string) => list.set({ levelCode })}
          options={['30', '40', '50', '60'].map((value) => ({ value, label: t.unions.levels[value] }))}
          style={{ minWidth: 120 }}
        />
      </div>
      <ListTable
        name="unions"
        label={t.unions.title}
        list={list}
        result={unions}
        columns={useUnionColumns()}
        rowKey={(row) => row.id}
        onRow={(row) => void navigate({ to: `/unions/${row.id}` as never, search: {} as never })}
        empty={{ title: t.unions.empty, note: t.unions.emptyNote }}
        phoneRow={(row) => (
          <Link to={`/unions/${row.id}` as never} className="phone-row">
            <strong>{row.name}</strong>
            <span className="quiet">
              {t.unions.levels[row.levelCode]} · {t.unions.members} {row.memberCount}
            </span>
          </Link>
        )}
      />
    </>
  );
};
