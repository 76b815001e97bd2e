import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Table } from 'antd';
import { api } from '../client.ts';
import { focusable } from '../page/list-table.tsx';
import { Await } from '../page/states.tsx';
import { formatCount, formatHours, formatInstant, formatMoney } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';

/** Figures of my union and everything under it, from the rollups, with the unions one step below. */
export const UnionFigures = ({ unionId }: { unionId: string | undefined }) => {
  const t = useTexts();
  const locale = useLocale();
  const overview = useQuery({
    queryKey: ['dashboards', unionId ?? 'mine'],
    queryFn: () => api.dashboards.overview({ query: { unionId } }),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
  return (
    <Await of={overview} rows={4}>
      {(data) => {
        const { figures } = data;
        // A unit union is listed as its own only place; it has none below it.
        const below = data.places.filter(({ union }) => union.id !== data.union.id);
        const cells: [string, string, string?][] = [
          [t.home.members, formatCount(figures.members), t.home.people],
          [t.home.unionsCount, formatCount(figures.unions), t.home.places],
          [t.home.joined, formatCount(figures.joinedThisYear), t.home.people],
          [t.home.claimsYear, formatCount(figures.claimsThisYear), t.home.unit],
          [t.home.inProgress, formatCount(figures.inProgress), t.home.unit],
          [t.home.paid, formatMoney(figures.paidThisYearFen), t.home.paidCount(figures.paidThisYearCount)],
          [
            t.home.median,
            figures.medianHours === null ? t.home.none : formatHours(figures.medianHours, locale),
            data.promiseWorkingDays === null ? undefined : t.home.promise(data.promiseWorkingDays),
          ],
        ];
        return (
          <section aria-label={t.home.unions}>
            <h2 className="section-title" style={{ marginTop: 8 }}>
              {data.union.name}{' '}
              <span className="section-note quiet">{t.home.asOf(formatInstant(data.asOf, locale))}</span>
            </h2>
            <div className="figures">
              {cells.map(([name, value, unit]) => (
                <div className="figure" key={name}>
                  <div className="figure-name">{name}</div>
                  <div className="figure-value">
                    {value}
                    {unit ? <small>{unit}</small> : null}
                  </div>
                </div>
              ))}
            </div>
            {below.length > 0 ? (
              <div className="list" style={{ marginTop: 12 }} ref={(list) => focusable(list)}>
                <Table
                  size="small"
                  aria-label={t.home.byUnion}
                  rowKey={(row) => row.union.id}
                  dataSource={below}
                  pagination={
                    below.length > 20 ? { pageSize: 20, size: 'small', showSizeChanger: false } : false
                  }
                  scroll={{ x: 'max-content' }}
                  columns={[
                    {
                      title: t.home.byUnion,
                      key: 'union',
                      render: (_, row) => (
                        <Link to={`/unions/${row.union.id}` as never}>{row.union.name}</Link>
                      ),
                    },
                    {
                      title: t.home.members,
                      key: 'members',
                      align: 'right',
                      render: (_, row) => formatCount(row.figures.members),
                    },
                    {
                      title: t.home.claimsYear,
                      key: 'claims',
                      align: 'right',
                      render: (_, row) => formatCount(row.figures.claimsThisYear),
                    },
                    {
                      title: t.home.inProgress,
                      key: 'progress',
                      align: 'right',
                      render: (_, row) => formatCount(row.figures.inProgress),
                    },
                    {
                      title: t.home.paid,
                      key: 'paid',
                      align: 'right',
                      render: (_, row) => formatMoney(row.figures.paidThisYearFen),
                    },
                  ]}
                />
              </div>
            ) : null}
          </section>
        );
      }}
    </Await>
  );
};
