import { useState } from 'react';
import { client } from '../../client.ts';
import type { Reply } from '../../client.ts';
import { Page } from '../../layout/Page.tsx';
import { States } from '../../layout/States.tsx';
import { Button } from '../../parts/Button.tsx';
import { QrCode } from '../../parts/QrCode.tsx';
import { Row } from '../../parts/Row.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { Tag } from '../../parts/Tag.tsx';
import { longDateText } from '../../format.ts';
import { useLoad } from '../../loading.ts';
import { go } from '../../navigation.ts';
import { signOut } from '../../session.ts';
import { changeSettings, useSettings } from '../../settings.ts';
import { useTexts } from '../../texts/index.ts';
import './me.css';

export default function Me() {
  const texts = useTexts();
  const words = texts.me;
  const { elder, language } = useSettings();
  const other = language === 'en' ? 'zh-CN' : 'en';
  const [leaving, setLeaving] = useState(false);
  const { loaded, reload } = useLoad(() => client.members.me(), 'me');

  const leave = async () => {
    setLeaving(false);
    // The session ends on this phone in any case; the server's ends by itself when it cannot be told now.
    await signOut().catch(() => undefined);
    go('signIn');
  };

  return (
    <Page title={words.title} tab="me">
      <States loaded={loaded} reload={reload}>
        {(me) => (
          <>
            <MemberCard me={me} />
            <div className="rows">
              <Row first icon="paper" title={words.applications} onClick={() => go('myCases')} />
              <Row
                icon="card"
                title={words.bankCard}
                text={me.bankCardMasked ?? words.noCard}
                onClick={() => go('bankCard')}
              />
              <Row icon="eye" title={words.accessLog} onClick={() => go('accessLog')} />
            </div>
          </>
        )}
      </States>
      <h2 className="heading">{words.settings}</h2>
      <div className="rows">
        <button
          type="button"
          className="row row-first"
          role="switch"
          aria-checked={elder}
          onClick={() => changeSettings({ elder: !elder })}
        >
          <span className="row-body">
            <span className="row-title">{words.elder}</span>
            <span className="row-text">{words.elderHint}</span>
          </span>
          <span className={`switch${elder ? ' switch-on' : ''}`} aria-hidden="true">
            <span className="switch-knob" />
          </span>
          <span className="row-end" aria-hidden="true">
            {elder ? words.on : words.off}
          </span>
        </button>
        <Row
          title={<span lang={other}>{words.language}</span>}
          text={<span lang={other}>{words.languageHint}</span>}
          onClick={() => changeSettings({ language: other })}
        />
      </div>
      <Button wide onClick={() => setLeaving(true)}>
        {words.signOut}
      </Button>
      {leaving ? (
        <Sheet
          title={words.signOutTitle}
          confirm={words.signOut}
          onConfirm={() => void leave()}
          onClose={() => setLeaving(false)}
        >
          <p className="text">{words.signOutText}</p>
        </Sheet>
      ) : null}
    </Page>
  );
}

function MemberCard({ me }: { me: Reply<'members', 'me'> }) {
  const texts = useTexts();
  const words = texts.me;
  const lines: [string, string][] = [
    [words.union, me.union.name],
    [words.superior, me.superiorOffice],
    [words.joined, longDateText(me.joinedOn)],
    [words.idNumber, me.idNumberMasked],
    ...(me.phoneMasked ? ([[words.phone, me.phoneMasked]] as [string, string][]) : []),
  ];
  return (
    <section className="card member-card" aria-label={words.card}>
      <div className="member-head">
        <div className="row-body">
          <p className="text figure">{me.name}</p>
          <p className="text">
            <Tag tone={me.status === 'active' ? 'success' : 'waiting'}>
              {words.status[me.status] ?? me.status}
            </Tag>
          </p>
          <p className="text small">
            {texts.home.memberNumber} {me.memberNumber}
          </p>
        </div>
        <QrCode text={me.memberNumber} label={words.qr(me.memberNumber)} />
      </div>
      <dl className="summary">
        {lines.map(([label, value]) => (
          <div className="summary-line" key={label}>
            <dt className="summary-label">{label}</dt>
            <dd className="summary-value">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
