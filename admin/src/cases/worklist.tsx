import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Checkbox, Select, Tabs } from 'antd';
import { useState } from 'react';
import { ExportButton } from '../page/export-button.tsx';
import { useListSearch } from '../page/list-search.ts';
import { ListTable, type ListColumn } from '../page/list-table.tsx';
import { Clipped } from '../page/clipped.tsx';
import { PageHead } from '../page/page-head.tsx';
import { SavedViews } from '../page/saved-views.tsx';
import { SearchBox } from '../page/search-box.tsx';
import { ToneTag } from '../page/tone.tsx';
import { holds, useSession } from '../session.ts';
import { formatDate, formatInstant, formatMoney, todayOn } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { BulkDecision } from './bulk-decision.tsx';
import {
  caseListQuery,
  itemOf,
  listFilters,
  mayDecide,
  stageOf,
  statusTones,
  viewOf,
  views,
  type CaseRow,
} from './cases.ts';
import { catalogueQuery } from '../catalogue/catalogue.ts';

/** 待办: every open task of mine whatever the module, in the order of what is due first. */
export const Worklist = () => {
  const t = useTexts();
  const session = useSession();
  const navigate = useNavigate();
  const list = useListSearch();
  const view = viewOf(list.search);
  const result = useQuery(caseListQuery({ ...list.query(...listFilters), view }));
  const items = useQuery(catalogueQuery);
  const [chosen, setChosen] = useState<string[]>([]);
  const rows = result.data?.items ?? [];
  const open = (row: CaseRow): void => {
    void navigate({ to: `/cases/${row.id}` as never, search: list.search as never });
  };
  const [title, note] = t.cases.empty[view] ?? ['', ''];
  const columns = useColumns(list.search);
  const setView = (next: string): void => {
    setChosen([]);
    list.set({ view: next === 'todo' ? undefined : next, status: undefined, overdue: undefined });
  };
  return (
    <>
      <PageHead
        title={t.cases.title}
        acts={
          holds(session, 'cases.export') ? (
            <ExportButton
              count={result.data?.total ?? 0}
              path={(reason) => ({
                route: 'cases',
                query: { ...list.query('status', 'itemCode', 'under'), view, reason },
              })}
            />
          ) : null
        }
      />
      <Tabs
        activeKey={view}
        onChange={setView}
        items={views.map((key) => ({ key, label: t.cases.views[key] }))}
      />
      <div className="toolbar" role="search">
        <SearchBox list={list} label={t.cases.search} />
        <Select
          allowClear
          aria-label={t.cases.item}
          placeholder={t.cases.allItems}
          value={list.search.itemCode}
          onChange={(code?: string) => list.set({ itemCode: code })}
          options={items.data?.items.map((item) => ({ value: item.code, label: item.title }))}
          style={{ minWidth: 170 }}
        />
        {view === 'all' || view === 'decided' ? (
          <Select
            allowClear
            aria-label={t.cases.status}
            placeholder={t.cases.allStatus}
            value={list.search.status}
            onChange={(status?: string) => list.set({ status })}
            options={Object.entries(t.cases.statuses)
              .filter(([value]) => value !== 'draft')
              .map(([value, label]) => ({ value, label }))}
            style={{ minWidth: 120 }}
          />
        ) : null}
        <Checkbox
          className="toolbar-check"
          checked={list.search.overdue === 'true'}
          onChange={(event) => list.set({ overdue: event.target.checked ? 'true' : undefined })}
        >
          {t.cases.onlyOverdue}
        </Checkbox>
        <SavedViews name="worklist" list={list} />
      </div>
      <ListTable
        name="worklist"
        label={t.cases.views[view]}
        list={list}
        result={result}
        columns={columns}
        rowKey={(row) => row.id}
        empty={{ title, note }}
        onRow={open}
        phoneRow={(row) => <PhoneCase row={row} search={list.search} />}
        selection={view === 'todo' ? { keys: chosen, onChange: setChosen, selectable: mayDecide } : undefined}
      />
      {chosen.length > 0 ? (
        <BulkDecision rows={rows.filter((row) => chosen.includes(row.id))} onDone={() => setChosen([])} />
      ) : null}
    </>
  );
};

const Due = ({ row }: { row: CaseRow }) => {
  const t = useTexts();
  const locale = useLocale();
  if (!row.dueOn) return null;
  const date = formatDate(row.dueOn, locale);
  if (row.overdue) {
    return (
      <ToneTag tone="danger">
        {t.cases.overdue} · {date}
        {row.escalated ? ` · ${t.cases.escalated}` : ''}
      </ToneTag>
    );
  }
  if (row.dueOn === todayOn()) return <ToneTag tone="waiting">{t.cases.dueToday}</ToneTag>;
  return <span className="nowrap">{date}</span>;
};

const useColumns = (search: object): ListColumn<CaseRow>[] => {
  const t = useTexts();
  const locale = useLocale();
  return [
    {
      key: 'applicantName',
      title: t.cases.applicant,
      sortable: true,
      render: (row) => (
        <Link to={`/cases/${row.id}` as never} search={search as never}>
          {row.applicantName}
        </Link>
      ),
    },
    { key: 'item', title: t.cases.item, render: itemOf },
    {
      key: 'amount',
      title: t.cases.amount,
      end: true,
      render: (row) => (row.amountFen === null ? '' : formatMoney(row.amountFen)),
    },
    { key: 'dueOn', title: t.cases.due, sortable: true, render: (row) => <Due row={row} /> },
    {
      key: 'stage',
      title: t.cases.stage,
      render: (row) => <ToneTag tone={statusTones[row.status]}>{stageOf(row, t)}</ToneTag>,
    },
    { key: 'union', title: t.cases.union, render: (row) => <Clipped text={row.union.name} /> },
    {
      key: 'submittedAt',
      title: t.cases.submitted,
      sortable: true,
      render: (row) =>
        row.submittedAt ? <span className="nowrap">{formatInstant(row.submittedAt, locale)}</span> : '',
    },
    {
      key: 'number',
      title: t.cases.number,
      sortable: true,
      render: (row) => <span className="number">{row.number}</span>,
    },
  ];
};

/** A case as it reads on a phone: who, what, how much, by when. */
const PhoneCase = ({ row, search }: { row: CaseRow; search: object }) => {
  const t = useTexts();
  return (
    <Link to={`/cases/${row.id}` as never} search={search as never} className="phone-row">
      <span className="row">
        <strong className="grow">
          {row.applicantName} · {itemOf(row)}
        </strong>
        {row.amountFen === null ? null : <strong className="number">{formatMoney(row.amountFen)}</strong>}
      </span>
      <span className="quiet">{row.union.name}</span>
      <span className="row">
        <ToneTag tone={statusTones[row.status]}>{stageOf(row, t)}</ToneTag>
        <Due row={row} />
      </span>
    </Link>
  );
};
