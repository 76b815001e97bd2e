import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { PageHead } from '../page/page-head.tsx';
import { Await, Empty } from '../page/states.tsx';
import { formatMoney } from '../texts/formats.ts';
import { useTexts } from '../texts/texts.ts';
import { DepositAct } from './deposit-act.tsx';
import { fundsQuery, type Fund } from './payments.ts';

/** Each fund with what is free, promised, at the bank and paid. */
export const FundList = () => {
  const t = useTexts();
  const funds = useQuery(fundsQuery);
  return (
    <>
      <PageHead title={t.funds.title} />
      <Await of={funds}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t.funds.empty} note={t.funds.emptyNote} />
          ) : (
            <div className="stack">
              {items.map((fund) => (
                <section key={fund.id} className="panel" aria-label={fund.name}>
                  <div className="row" style={{ marginBottom: 12 }}>
                    <h2 className="section-title grow" style={{ margin: 0 }}>
                      <Link to={`/funds/${fund.id}` as never}>{fund.name}</Link>{' '}
                      <span className="section-note quiet">{fund.union.name}</span>
                    </h2>
                    <DepositAct fund={fund} />
                  </div>
                  <Balances fund={fund} />
                </section>
              ))}
            </div>
          )
        }
      </Await>
    </>
  );
};

export const Balances = ({ fund }: { fund: Fund }) => {
  const t = useTexts();
  const figures = [
    { name: t.funds.available, fen: fund.availableFen },
    { name: t.funds.reserved, fen: fund.reservedFen },
    { name: t.funds.inTransit, fen: fund.inTransitFen },
    { name: t.funds.paid, fen: fund.paidThisYearFen },
  ];
  return (
    <div className="figures">
      {figures.map((figure) => (
        <div className="figure" key={figure.name}>
          <div className="figure-name">{figure.name}</div>
          <div className="figure-value">{formatMoney(figure.fen)}</div>
        </div>
      ))}
    </div>
  );
};
