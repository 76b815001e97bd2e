import type { Contract, ReplyOf } from '@smart-union/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button } from 'antd';
import { useState } from 'react';
import { api } from '../client.ts';
import { Left, Right } from '../page/icons.tsx';
import { useListSearch } from '../page/list-search.ts';
import { PageHead } from '../page/page-head.tsx';
import { Await } from '../page/states.tsx';
import { holds, useSession } from '../session.ts';
import { todayOn } from '../texts/formats.ts';
import { useTexts } from '../texts/texts.ts';
import { daysOfMonth } from './days-of-month.ts';
import { DayDialog, type DayChange } from './day-dialog.tsx';

export type CalendarDay = ReplyOf<Contract['calendar']['list']>['items'][number];

/** Holidays and make-up days of a year; deadlines everywhere count by them. */
export const CalendarPage = () => {
  const t = useTexts();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const session = useSession();
  const list = useListSearch();
  const year = Number.parseInt(list.search.year ?? todayOn().slice(0, 4), 10);
  const mayEdit = holds(session, 'calendar.edit');
  const [editing, setEditing] = useState<string | null>(null);
  const days = useQuery({
    queryKey: ['calendar', year],
    queryFn: () => api.calendar.list({ query: { year } }),
  });
  const save = async (on: string, change: DayChange | null): Promise<void> => {
    await (change
      ? api.calendar.set({ params: { on }, body: change })
      : api.calendar.remove({ params: { on } }));
    void message.success(t.calendar.saved);
    await queryClient.invalidateQueries({ queryKey: ['calendar'] });
  };
  const go = (to: number): void => list.set({ year: String(to) });
  return (
    <>
      <PageHead
        title={t.calendar.title}
        note={t.calendar.note}
        acts={
          <span className="row">
            <Button icon={<Left />} aria-label={t.calendar.year(year - 1)} onClick={() => go(year - 1)} />
            <strong>{t.calendar.year(year)}</strong>
            <Button icon={<Right />} aria-label={t.calendar.year(year + 1)} onClick={() => go(year + 1)} />
          </span>
        }
      />
      <Await of={days}>
        {({ items }) => (
          <div className="stack">
            {items.length === 0 ? <Alert type="warning" showIcon title={t.calendar.empty(year)} /> : null}
            {mayEdit ? null : <span className="quiet">{t.calendar.readOnly}</span>}
            <div className="months">
              {Array.from({ length: 12 }, (_, index) => (
                <Month
                  key={index}
                  year={year}
                  month={index + 1}
                  days={items}
                  onPick={mayEdit ? setEditing : undefined}
                />
              ))}
            </div>
          </div>
        )}
      </Await>
      {editing ? (
        <DayDialog
          key={editing}
          on={editing}
          day={days.data?.items.find((day) => day.on === editing)}
          onClose={() => setEditing(null)}
          onSave={(change) => save(editing, change)}
        />
      ) : null}
    </>
  );
};

interface MonthProps {
  year: number;
  month: number;
  days: CalendarDay[];
  onPick: ((on: string) => void) | undefined;
}

const Month = ({ year, month, days, onPick }: MonthProps) => {
  const t = useTexts();
  const today = todayOn();
  return (
    <section className="panel month" aria-label={t.calendar.month(month)}>
      <h2 className="section-title">{t.calendar.month(month)}</h2>
      <div className="month-grid">
        {t.calendar.week.map((name) => (
          <span key={name} className="quiet month-week">
            {name}
          </span>
        ))}
        {daysOfMonth(year, month).map((on, index) => {
          if (!on) return <span key={`blank-${index}`} />;
          const day = days.find((one) => one.on === on);
          const weekend = index % 7 >= 5;
          const rests = day ? day.kind === 'holiday' : weekend;
          const words = day
            ? `${day.name} ${day.kind === 'holiday' ? t.calendar.holiday : t.calendar.makeUp}`
            : '';
          const label = `${on} ${words}`.trim();
          const content = (
            <>
              {Number(on.slice(8))}
              {day ? <small>{day.kind === 'holiday' ? t.calendar.rest : t.calendar.work}</small> : null}
            </>
          );
          const name = `day${rests ? ' day-rest' : ''}${day ? ' day-set' : ''}${on === today ? ' day-today' : ''}`;
          return onPick ? (
            <button
              key={on}
              type="button"
              className={name}
              title={words}
              aria-label={label}
              onClick={() => onPick(on)}
            >
              {content}
            </button>
          ) : (
            <span key={on} className={name} title={words}>
              {content}
            </span>
          );
        })}
      </div>
    </section>
  );
};
