import { Link } from '@tanstack/react-router';
import type { ListColumn } from '../page/list-table.tsx';
import { ToneTag } from '../page/tone.tsx';
import type { Tone } from '../theme.ts';
import { formatCount, formatPlainDate } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import type { UnionRow } from './unions.ts';

export const unionTones: Record<UnionRow['status'], Tone> = {
  active: 'good',
  preparing: 'waiting',
  dissolved: 'plain',
};

export const useUnionColumns = (): ListColumn<UnionRow>[] => {
  const t = useTexts();
  const locale = useLocale();
  return [
    {
      key: 'name',
      title: t.unions.name,
      sortable: true,
      render: (row) => <Link to={`/unions/${row.id}` as never}>{row.name}</Link>,
    },
    { key: 'level', title: t.unions.level, render: (row) => t.unions.levels[row.levelCode] ?? row.levelCode },
    { key: 'members', title: t.unions.members, end: true, render: (row) => formatCount(row.memberCount) },
    {
      key: 'unions',
      title: t.unions.unions,
      end: true,
      render: (row) => (row.unionCount > 1 ? formatCount(row.unionCount - 1) : ''),
    },
    { key: 'superior', title: t.unions.superior, render: (row) => row.superior?.name },
    {
      key: 'status',
      title: t.unions.status,
      render: (row) => <ToneTag tone={unionTones[row.status]}>{t.unions.statuses[row.status]}</ToneTag>,
    },
    {
      key: 'form',
      title: t.unions.form,
      render: (row) => t.unions.forms[row.formCode] ?? row.formCode,
      hidden: true,
    },
    { key: 'employer', title: t.unions.employer, render: (row) => row.employerName, hidden: true },
    {
      key: 'uscc',
      title: t.unions.uscc,
      render: (row) => <span className="number">{row.uscc}</span>,
      hidden: true,
    },
    {
      key: 'foundedOn',
      title: t.unions.foundedOn,
      render: (row) =>
        row.foundedOn ? <span className="nowrap">{formatPlainDate(row.foundedOn, locale)}</span> : '',
      hidden: true,
    },
  ];
};
