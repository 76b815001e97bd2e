import { Link } from '@tanstack/react-router';
import { SealedMemberField } from '../members/sealed-member-field.tsx';
import { holds, useSession } from '../session.ts';
import { formatPlainDate } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import type { CaseDetail } from './cases.ts';

/** Who applies: her union, since when, and her sealed data behind their masks. */
export const Applicant = ({ detail }: { detail: CaseDetail }) => {
  const t = useTexts();
  const locale = useLocale();
  const session = useSession();
  const { applicant } = detail;
  const sealed = [
    { field: 'idNumber' as const, name: t.cases.idNumber, masked: applicant.idNumberMasked },
    { field: 'phone' as const, name: t.cases.phone, masked: applicant.phoneMasked },
    { field: 'bankCard' as const, name: t.cases.bankCard, masked: applicant.bankCardMasked },
  ];
  return (
    <section className="panel" aria-label={t.cases.applicantFacts}>
      <h2 className="section-title">{t.cases.applicantFacts}</h2>
      <dl className="facts">
        <div className="fact">
          <dt>{t.members.name}</dt>
          <dd>
            {holds(session, 'members.view') ? (
              <Link to={`/members/${applicant.memberId}` as never}>{applicant.name}</Link>
            ) : (
              applicant.name
            )}
          </dd>
        </div>
        <div className="fact">
          <dt>{t.cases.union}</dt>
          <dd>{detail.union.name}</dd>
        </div>
        <div className="fact">
          <dt>{t.cases.joinedOn}</dt>
          <dd>{formatPlainDate(applicant.joinedOn, locale)}</dd>
        </div>
        {sealed.map((one) => (
          <div className="fact" key={one.field}>
            <dt>{one.name}</dt>
            <dd>
              <SealedMemberField
                memberId={applicant.memberId}
                mayOpen={holds(session, 'members.open')}
                {...one}
              />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
};
