import { Input } from 'antd';
import { useEffect, useState } from 'react';
import { Search } from './icons.tsx';
import type { ListState } from './list-search.ts';

/** Words of a list: typed freely, asked for after Enter or a short pause. */
export const SearchBox = ({ list, label }: { list: ListState; label: string }) => {
  const [typed, setTyped] = useState(list.q);
  useEffect(() => setTyped(list.q), [list.q]);
  useEffect(() => {
    if (typed === list.q) return;
    const timer = setTimeout(() => list.set({ q: typed.trim() }), 400);
    return () => clearTimeout(timer);
  }, [typed, list]);
  return (
    <Input
      className="toolbar-search"
      prefix={<Search />}
      allowClear
      value={typed}
      placeholder={label}
      aria-label={label}
      onChange={(event) => setTyped(event.target.value)}
      onPressEnter={() => list.set({ q: typed.trim() })}
    />
  );
};
