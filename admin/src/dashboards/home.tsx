import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../client.ts';
import { caseListQuery, itemOf } from '../cases/cases.ts';
import { useListSearch } from '../page/list-search.ts';
import { PageHead } from '../page/page-head.tsx';
import { Await, Empty } from '../page/states.tsx';
import { ToneTag } from '../page/tone.tsx';
import { holds, useSession } from '../session.ts';
import { formatCount, formatDate, formatInstant, formatMoney } from '../texts/formats.ts';
import { pick, useLocale, useTexts } from '../texts/texts.ts';
import { UnionFigures } from './union-figures.tsx';

/** Home is work: what is due, what is late, what came back; then the money that waits; then figures. */
export const Home = () => {
  const t = useTexts();
  const session = useSession();
  const works = holds(session, 'cases.view');
  const { search } = useListSearch();
  return (
    <>
      <PageHead title={t.home.hello(session.name)} note={session.demo ? t.shell.demoNote : null} />
      <div className="stack">
        {works ? <WorkFigures /> : null}
        <div className="two-columns">
          {works ? <FirstCases /> : null}
          <LatestMessages />
        </div>
        {holds(session, 'disbursements.view') ? <MoneyWaiting /> : null}
        {holds(session, 'dashboards.view') ? <UnionFigures unionId={search.under} /> : null}
      </div>
    </>
  );
};

const WorkFigures = () => {
  const t = useTexts();
  const counts = useQuery({ queryKey: ['cases', 'counts'], queryFn: () => api.cases.counts() });
  return (
    <Await of={counts} rows={2}>
      {(data) => (
        <div className="figures">
          <Figure
            name={t.home.overdue}
            count={data.overdue}
            search={{ overdue: 'true' }}
            danger={data.overdue > 0}
          />
          <Figure name={t.home.dueToday} count={data.dueToday} search={{ sort: 'dueOn' }} />
          <Figure name={t.home.todo} count={data.todo} search={{}} />
          <Figure name={t.home.returned} count={data.returned} search={{ view: 'returned' }} />
          <Figure name={t.home.decidedToday} count={data.decidedToday} search={{ view: 'decided' }} />
        </div>
      )}
    </Await>
  );
};

const Figure = ({
  name,
  count,
  search,
  danger,
}: {
  name: string;
  count: number;
  search: Record<string, string>;
  danger?: boolean;
}) => {
  const t = useTexts();
  return (
    <Link
      to={'/worklist' as never}
      search={search as never}
      className={danger ? 'figure figure-danger' : 'figure'}
    >
      <div className="figure-name">{danger ? <ToneTag tone="danger">{name}</ToneTag> : name}</div>
      <div className="figure-value">
        {formatCount(count)}
        <small>{t.home.unit}</small>
      </div>
    </Link>
  );
};

const FirstCases = () => {
  const t = useTexts();
  const locale = useLocale();
  const first = useQuery(caseListQuery({ view: 'todo', pageSize: 6, page: 1, sort: 'dueOn' }));
  return (
    <section className="panel" aria-label={t.home.first}>
      <div className="row">
        <h2 className="section-title grow">{t.home.first}</h2>
        <Link to={'/worklist' as never}>{t.home.allWork}</Link>
      </div>
      <Await of={first} rows={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t.home.nothing} note={t.home.nothingNote} />
          ) : (
            <ul className="report">
              {items.map((row) => (
                <li key={row.id}>
                  <Link to={`/cases/${row.id}` as never} search={{ sort: 'dueOn' } as never} className="row">
                    <span className="grow">
                      <strong>{row.applicantName}</strong> · {itemOf(row)}
                      <span className="quiet"> {row.union.name}</span>
                    </span>
                    {row.dueOn ? (
                      <ToneTag tone={row.overdue ? 'danger' : 'waiting'}>
                        {row.overdue ? `${t.cases.overdue} · ` : ''}
                        {formatDate(row.dueOn, locale)}
                      </ToneTag>
                    ) : null}
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Await>
    </section>
  );
};

const LatestMessages = () => {
  const t = useTexts();
  const locale = useLocale();
  const messages = useQuery({
    queryKey: ['messages', { page: 1, pageSize: 5 }],
    queryFn: () => api.notifications.list({ query: { page: 1, pageSize: 5 } }),
  });
  return (
    <section className="panel" aria-label={t.home.messages}>
      <div className="row">
        <h2 className="section-title grow">{t.home.messages}</h2>
        <Link to={'/messages' as never}>{t.shell.pages.messages}</Link>
      </div>
      <Await of={messages} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="quiet">{t.home.noMessages}</p>
          ) : (
            <ul className="report">
              {items.map((message) => (
                <li key={message.id}>
                  <div className="row">
                    <span className="grow">
                      {message.caseId ? (
                        <Link to={`/cases/${message.caseId}` as never}>
                          {pick(message.title, message.titleEn)}
                        </Link>
                      ) : (
                        pick(message.title, message.titleEn)
                      )}
                    </span>
                    <span className="quiet nowrap">{formatInstant(message.at, locale)}</span>
                  </div>
                  <div className="quiet">{pick(message.text, message.textEn)}</div>
                </li>
              ))}
            </ul>
          )
        }
      </Await>
    </section>
  );
};

/** What waits in the payment path, so that the treasurer sees from home what to do next. */
const MoneyWaiting = () => {
  const t = useTexts();
  const count = (status: 'ready' | 'failed') => ({
    queryKey: ['disbursements', 'count', status],
    queryFn: () => api.disbursements.list({ query: { status, pageSize: 1 } }),
  });
  const ready = useQuery(count('ready'));
  const failed = useQuery(count('failed'));
  const open = useQuery({
    queryKey: ['exceptions', 'count'],
    queryFn: () => api.disbursements.listExceptions({ query: { status: 'open', pageSize: 1 } }),
  });
  const funds = useQuery({ queryKey: ['funds'], queryFn: () => api.disbursements.listFunds() });
  const waiting = [
    {
      name: t.home.ready,
      total: ready.data?.total,
      to: '/payments',
      search: { status: 'ready' },
      bad: false,
    },
    {
      name: t.home.failed,
      total: failed.data?.total,
      to: '/payments',
      search: { status: 'failed' },
      bad: true,
    },
    { name: t.home.exceptions, total: open.data?.total, to: '/exceptions', search: {}, bad: true },
  ];
  return (
    <div className="figures">
      {waiting.map((one) => (
        <Link
          key={one.name}
          to={one.to as never}
          search={one.search as never}
          className={one.bad && one.total ? 'figure figure-danger' : 'figure'}
        >
          <div className="figure-name">{one.name}</div>
          <div className="figure-value">{one.total === undefined ? '…' : formatCount(one.total)}</div>
        </Link>
      ))}
      {(funds.data?.items ?? []).map((fund) => (
        <Link key={fund.id} to={`/funds/${fund.id}` as never} className="figure">
          <div className="figure-name">
            {fund.name} · {t.funds.available}
          </div>
          <div className="figure-value">{formatMoney(fund.availableFen)}</div>
        </Link>
      ))}
    </div>
  );
};
