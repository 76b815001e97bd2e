import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useDeferredValue, useState } from 'react';
import { api } from '../client.ts';
import { useTexts } from '../texts/texts.ts';

interface Props {
  /** Given by the form item around it, unless it stands alone. */
  id?: string;
  value?: string;
  onChange?: (id: string | undefined) => void;
}

/** Picks a union of my scope by name or pinyin. */
export const UnionPick = ({ id, value, onChange }: Props) => {
  const t = useTexts();
  const [words, setWords] = useState('');
  const q = useDeferredValue(words);
  const unions = useQuery({
    queryKey: ['unions', 'pick', q],
    queryFn: () => api.unions.list({ query: { q: q || undefined, pageSize: 20 } }),
  });
  return (
    <Select
      id={id}
      allowClear
      showSearch={{ filterOption: false, onSearch: setWords }}
      placeholder={t.accounts.chooseUnion}
      value={value}
      onChange={onChange}
      loading={unions.isFetching}
      options={unions.data?.items.map((union) => ({ value: union.id, label: union.name }))}
      style={{ width: '100%' }}
    />
  );
};
