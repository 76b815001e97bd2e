import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Timeline } from 'antd';
import { api } from '../client.ts';
import { PageHead } from '../page/page-head.tsx';
import { Await } from '../page/states.tsx';
import { ToneTag } from '../page/tone.tsx';
import { formatInstant, formatPlainDate } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { statusTones, type Member } from './members.ts';
import { SealedMemberField } from './sealed-member-field.tsx';

/** One person: who she is, her sealed data behind their masks, and everything that happened to her membership. */
export const MemberPage = () => {
  const { id } = useParams({ strict: false }) as { id: string };
  const member = useQuery({
    queryKey: ['members', 'one', id],
    queryFn: () => api.members.get({ params: { id } }),
  });
  return <Await of={member}>{(data) => <MemberBody member={data} />}</Await>;
};

const MemberBody = ({ member }: { member: Member }) => {
  const t = useTexts();
  return (
    <>
      <PageHead
        title={member.name}
        note={
          <span className="row">
            <ToneTag tone={statusTones[member.status]}>{t.members.statuses[member.status]}</ToneTag>
            <span>{[...member.ancestors.map((union) => union.name), member.union.name].join(' / ')}</span>
          </span>
        }
      />
      <div className="two-columns">
        <Facts member={member} />
        <MembershipHistory id={member.id} />
      </div>
    </>
  );
};

const Facts = ({ member }: { member: Member }) => {
  const t = useTexts();
  const locale = useLocale();
  const mayOpen = member.can.includes('disclose');
  const sealed = [
    { field: 'idNumber' as const, name: t.members.idNumber, masked: member.idNumberMasked },
    { field: 'phone' as const, name: t.members.phone, masked: member.phoneMasked },
    { field: 'bankCard' as const, name: t.members.bankCard, masked: member.bankCardMasked },
  ];
  const plain: [string, string | number | null][] = [
    [t.members.number, member.memberNumber],
    [t.members.sex, t.members.sexes[member.sex]],
    [t.members.birthYear, member.birthYear],
    [t.members.idKind, t.members.idKinds[member.idKind] ?? member.idKind],
    [t.members.employer, member.employerName],
    [t.members.occupation, member.occupation],
    [t.members.joinedOn, formatPlainDate(member.joinedOn, locale)],
    [t.members.ethnicity, member.ethnicity],
    [t.members.education, member.education],
    [t.members.politicalStatus, member.politicalStatus],
    [
      t.members.migrantWorker,
      member.migrantWorker === null ? null : member.migrantWorker ? t.common.yes : t.common.no,
    ],
  ];
  return (
    <section className="panel" aria-label={t.members.facts}>
      <h2 className="section-title">{t.members.facts}</h2>
      <dl className="facts">
        <div className="fact">
          <dt>{t.members.union}</dt>
          <dd>
            <Link to={`/unions/${member.union.id}` as never}>{member.union.name}</Link>
          </dd>
        </div>
        {sealed.map((one) => (
          <div className="fact" key={one.field}>
            <dt>{one.name}</dt>
            <dd>
              <SealedMemberField memberId={member.id} mayOpen={mayOpen} {...one} />
            </dd>
          </div>
        ))}
        {plain.map(([name, value]) => (
          <div className="fact" key={name}>
            <dt>{name}</dt>
            <dd>{value ?? <span className="quiet">{t.common.unknown}</span>}</dd>
          </div>
        ))}
      </dl>
      {mayOpen ? <p className="quiet">{t.members.seenBy}</p> : null}
    </section>
  );
};

const MembershipHistory = ({ id }: { id: string }) => {
  const t = useTexts();
  const locale = useLocale();
  const history = useQuery({
    queryKey: ['members', 'history', id],
    queryFn: () => api.members.history({ params: { id } }),
  });
  return (
    <section className="panel" aria-label={t.members.history}>
      <h2 className="section-title">{t.members.history}</h2>
      <Await of={history} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="quiet">{t.members.noHistory}</p>
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
