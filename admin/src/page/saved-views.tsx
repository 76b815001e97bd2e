import { Button, Dropdown, Input, Popover, Space } from 'antd';
import { useState } from 'react';
import { useTexts } from '../texts/texts.ts';
import { Close, Plus } from './icons.tsx';
import { stringifySearch, type ListSearch, type ListState } from './list-search.ts';

interface SavedView {
  name: string;
  search: ListSearch;
}

const read = (key: string): SavedView[] => {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '[]') as SavedView[];
  } catch {
    return [];
  }
};

/** Filters and sort a person uses again and again, under her own name, kept in this browser. */
export const SavedViews = ({ name, list }: { name: string; list: ListState }) => {
  const t = useTexts();
  const key = `su_views_${name}`;
  const [saved, setSaved] = useState(() => read(key));
  const [naming, setNaming] = useState(false);
  const [typed, setTyped] = useState('');
  const store = (next: SavedView[]): void => {
    setSaved(next);
    localStorage.setItem(key, JSON.stringify(next));
  };
  const { page: _page, ...present } = list.search;
  const save = (): void => {
    const title = typed.trim();
    if (!title) return;
    store([...saved.filter((view) => view.name !== title), { name: title, search: present }]);
    setNaming(false);
    setTyped('');
  };
  const blank = stringifySearch(present) === '';
  const apply = (search: ListSearch): void => {
    const cleared = Object.fromEntries(Object.keys(list.search).map((field) => [field, undefined]));
    list.set({ ...cleared, ...search });
  };
  return (
    <Space.Compact>
      {saved.length > 0 ? (
        <Dropdown
          trigger={['click']}
          menu={{
            items: saved.map((view) => ({
              key: view.name,
              label: view.name,
              extra: (
                <Button
                  size="small"
                  type="text"
                  icon={<Close />}
                  aria-label={t.list.removeView(view.name)}
                  onClick={(event) => {
                    event.stopPropagation();
                    store(saved.filter((other) => other !== view));
                  }}
                />
              ),
              onClick: () => apply(view.search),
            })),
          }}
        >
          <Button>{t.list.views}</Button>
        </Dropdown>
      ) : null}
      {blank ? null : <Button onClick={() => apply({})}>{t.list.clear}</Button>}
      {blank ? null : (
        <Popover
          trigger="click"
          open={naming}
          onOpenChange={setNaming}
          content={
            <Space.Compact>
              <Input
                autoFocus
                value={typed}
                maxLength={20}
                placeholder={t.list.viewName}
                aria-label={t.list.viewName}
                onChange={(event) => setTyped(event.target.value)}
                onPressEnter={save}
              />
              <Button type="primary" onClick={save}>
                {t.common.save}
              </Button>
            </Space.Compact>
          }
        >
          <Button icon={<Plus />}>{t.list.saveView}</Button>
        </Popover>
      )}
    </Space.Compact>
  );
};
