import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Button } from 'antd';
import { Left, Right } from '../page/icons.tsx';
import { PageHead } from '../page/page-head.tsx';
import { Await } from '../page/states.tsx';
import { ToneTag } from '../page/tone.tsx';
import { formatDate, formatInstant, formatMoney } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { Applicant } from './applicant.tsx';
import { Assessment } from './assessment.tsx';
import { CasePayment } from './case-payment.tsx';
import { useCaseQueue } from './case-queue.ts';
import { caseQuery, itemOf, stageOf, statusTones, type CaseDetail } from './cases.ts';
import { DecisionBar } from './decision-bar.tsx';
import { Evidence } from './evidence.tsx';
import { History } from './history.tsx';

/** One case: evidence at the left, rules and history at the right, the decision always in reach below. */
export const CasePage = () => {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery(caseQuery(id));
  return (
    <Await of={query} rows={14}>
      {(detail) => <CaseBody key={detail.id} detail={detail} />}
    </Await>
  );
};

const CaseBody = ({ detail }: { detail: CaseDetail }) => {
  const t = useTexts();
  const locale = useLocale();
  const queue = useCaseQueue(detail.id);
  return (
    <div className="case">
      <PageHead
        title={`${detail.applicantName} · ${itemOf(detail)}`}
        note={
          <span className="row">
            <ToneTag tone={statusTones[detail.status]}>{stageOf(detail, t)}</ToneTag>
            {detail.amountFen === null ? null : (
              <strong className="number">{formatMoney(detail.amountFen)}</strong>
            )}
            {detail.dueOn ? (
              <span style={detail.overdue ? { color: '#b42318' } : undefined}>
                {detail.overdue ? `${t.cases.overdue} · ` : `${t.cases.due} `}
                {formatDate(detail.dueOn, locale)}
              </span>
            ) : null}
            <span className="number">{detail.number}</span>
            {detail.submittedAt ? (
              <span>
                {t.cases.submitted} {formatInstant(detail.submittedAt, locale)}
              </span>
            ) : null}
          </span>
        }
        acts={
          queue.total > 0 ? (
            <span className="row">
              {queue.position === null ? null : (
                <span className="quiet">{t.cases.position(queue.position, queue.total)}</span>
              )}
              <Button
                icon={<Left />}
                disabled={!queue.previous}
                onClick={() => queue.go(queue.previous)}
                aria-label={t.cases.prev}
                title={`${t.cases.prev} (K)`}
              />
              <Button
                icon={<Right />}
                disabled={!queue.next}
                onClick={() => queue.go(queue.next)}
                aria-label={t.cases.next}
                title={`${t.cases.next} (J)`}
              />
            </span>
          ) : null
        }
      />
      <div className="case-columns">
        <div className="stack">
          <Evidence detail={detail} />
        </div>
        <div className="stack">
          <Assessment detail={detail} />
          <Applicant detail={detail} />
          <CasePayment detail={detail} />
          <History detail={detail} />
        </div>
      </div>
      <DecisionBar detail={detail} queue={queue} />
    </div>
  );
};
