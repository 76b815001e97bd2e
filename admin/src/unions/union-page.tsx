import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Button, Timeline } from 'antd';
import { api } from '../client.ts';
import { DateInput } from '../page/date-input.tsx';
import { useListSearch } from '../page/list-search.ts';
import { ListTable } from '../page/list-table.tsx';
import { PageHead } from '../page/page-head.tsx';
import { Await } from '../page/states.tsx';
import { ToneTag } from '../page/tone.tsx';
import { holds, useSession } from '../session.ts';
import { formatCount, formatInstant, formatPlainDate, todayOn } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { unionTones, useUnionColumns } from './union-columns.tsx';
import { unionQuery, type Union } from './unions.ts';

/** One union: what it is, today or on any past day, what happened to it, and the unions under it. */
export const UnionPage = () => {
  const { id } = useParams({ strict: false }) as { id: string };
  const list = useListSearch();
  const { on } = list.search;
  const union = useQuery(
    on
      ? { queryKey: ['unions', id, on], queryFn: () => api.unions.get({ params: { id }, query: { on } }) }
      : unionQuery(id),
  );
  return (
    <Await of={union}>
      {(data) => <UnionBody key={data.id} union={data} on={on} setOn={(day) => list.set({ on: day })} />}
    </Await>
  );
};

const UnionBody = ({
  union,
  on,
  setOn,
}: {
  union: Union;
  on: string | undefined;
  setOn: (on: string | undefined) => void;
}) => {
  const t = useTexts();
  const locale = useLocale();
  const session = useSession();
  return (
    <>
      <PageHead
        title={union.name}
        note={
          <span className="row">
            <ToneTag tone={unionTones[union.status]}>{t.unions.statuses[union.status]}</ToneTag>
            {t.unions.levels[union.levelCode]}
          </span>
        }
        acts={
          <>
            {union.can.includes('list-members') ? (
              <Link to={'/members' as never} search={{ under: union.id } as never}>
                <Button tabIndex={-1}>
                  {t.unions.seeMembers} {formatCount(union.memberCount)}
                </Button>
              </Link>
            ) : null}
            {holds(session, 'cases.view') ? (
              <Link to={'/worklist' as never} search={{ under: union.id, view: 'all' } as never}>
                <Button tabIndex={-1}>{t.unions.seeCases}</Button>
              </Link>
            ) : null}
          </>
        }
      />
      <div className="toolbar">
        <label htmlFor="union-on" className="quiet toolbar-label">
          {t.unions.asOf}
        </label>
        <DateInput
          id="union-on"
          max={todayOn()}
          value={on ?? ''}
          onChange={(day) => setOn(day || undefined)}
        />
        {on ? (
          <>
            <ToneTag tone="waiting">{t.unions.asOfShown(formatPlainDate(on, locale))}</ToneTag>
            <Button size="small" onClick={() => setOn(undefined)}>
              {t.unions.today}
            </Button>
          </>
        ) : null}
      </div>
      <div className="two-columns">
        <Facts union={union} />
        <UnionHistory id={union.id} />
      </div>
      <Children union={union} />
    </>
  );
};

const Facts = ({ union }: { union: Union }) => {
  const t = useTexts();
  const locale = useLocale();
  const facts: [string, string | number | null | undefined][] = [
    [t.unions.superior, union.superior?.name],
    [t.unions.form, t.unions.forms[union.formCode] ?? union.formCode],
    [t.unions.uscc, union.uscc],
    [t.unions.employer, union.employerName],
    [t.unions.foundedOn, union.foundedOn ? formatPlainDate(union.foundedOn, locale) : null],
    [t.unions.approvalNumber, union.approvalNumber],
    [t.unions.staffCount, union.staffCount === null ? null : formatCount(union.staffCount)],
    [t.unions.members, formatCount(union.memberCount)],
    [t.unions.unions, union.unionCount > 1 ? formatCount(union.unionCount - 1) : t.common.none],
  ];
  return (
    <section className="panel" aria-label={t.unions.facts}>
      <h2 className="section-title">{t.unions.facts}</h2>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div className="fact" key={name}>
            <dt>{name}</dt>
            <dd>{value ?? <span className="quiet">{t.common.unknown}</span>}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
};

const UnionHistory = ({ id }: { id: string }) => {
  const t = useTexts();
  const locale = useLocale();
  const history = useQuery({
    queryKey: ['unions', id, 'history'],
    queryFn: () => api.unions.history({ params: { id }, query: { pageSize: 50 } }),
  });
  return (
    <section className="panel" aria-label={t.unions.history}>
      <h2 className="section-title">{t.unions.history}</h2>
      <Await of={history} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="quiet">{t.unions.noHistory}</p>
          ) : (
            <Timeline
              items={items.map((event) => ({
                key: event.id,
                content: (
                  <>
                    <div>
                      <strong>{formatPlainDate(event.effectiveOn, locale)}</strong> {event.text}
                    </div>
                    <div className="quiet">
                      {t.members.recorded(event.by, formatInstant(event.recordedAt, locale))}
                    </div>
                  </>
                ),
              }))}
            />
          )
        }
      </Await>
    </section>
  );
};

const Children = ({ union }: { union: Union }) => {
  const t = useTexts();
  const navigate = useNavigate();
  const list = useListSearch();
  const query = { ...list.query(), under: union.id };
  const columns = useUnionColumns();
  const children = useQuery({
    queryKey: ['unions', 'list', query],
    queryFn: () => api.unions.list({ query: query as never }),
    placeholderData: keepPreviousData,
    enabled: union.unionCount > 1,
  });
  if (union.unionCount <= 1) return null;
  return (
    <>
      <h2 className="section-title" style={{ marginTop: 20 }}>
        {t.unions.seeChildren}
      </h2>
      <ListTable
        name="union-children"
        label={t.unions.seeChildren}
        list={list}
        result={children}
        columns={columns}
        rowKey={(row) => row.id}
        onRow={(row) => void navigate({ to: `/unions/${row.id}` as never, search: {} as never })}
        empty={{ title: t.unions.noChildren }}
      />
    </>
  );
};
