import { useState } from 'react';
import { useDidShow, useRouter } from '@tarojs/taro';
import type { Reply } from '../../client.ts';
import { client } from '../../client.ts';
import { standing } from '../CaseRow.tsx';
import { Summary } from '../../claims/apply/Summary.tsx';
import { formOf, maskText } from '../../claims/apply/draft.ts';
import { Page } from '../../layout/Page.tsx';
import { States } from '../../layout/States.tsx';
import { Button } from '../../parts/Button.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { Notice, Tag } from '../../parts/Tag.tsx';
import { Timeline } from '../../parts/Timeline.tsx';
import { dateText, durationText, moneyText } from '../../format.ts';
import { isOffline, reasonOf, signInIfNeeded, useLoad } from '../../loading.ts';
import { go, replaceWith, takeJustSent } from '../../navigation.ts';
import { inLanguage, useTexts } from '../../texts/index.ts';
import { FailedPayment } from './FailedPayment.tsx';
import './progress.css';

type MyCase = Reply<'cases', 'getMine'>;

export default function Progress() {
  const texts = useTexts();
  const { id = '', ...query } = useRouter().params;
  const [sent, setSent] = useState(Boolean(query.sent));
  const { loaded, reload, renew } = useLoad(() => client.cases.getMine({ params: { id } }), id);
  useDidShow(() => {
    if (!takeJustSent(id)) return;
    setSent(true);
    renew();
  });
  return (
    <Page title={texts.progress.title}>
      {sent ? (
        <div role="status">
          <Notice tone="success" title={texts.progress.sent}>
            {texts.progress.sentText}
          </Notice>
        </div>
      ) : null}
      <States loaded={loaded} reload={reload}>
        {(myCase) => <Standing myCase={myCase} reload={reload} />}
      </States>
    </Page>
  );
}

function Standing({ myCase, reload }: { myCase: MyCase; reload: () => void }) {
  const texts = useTexts();
  const words = texts.progress;
  const { tone, word } = standing(myCase, texts);
  const where = inLanguage(myCase.where, myCase.whereEn);
  const form = formOf(myCase);
  return (
    <>
      <section className="card">
        <h2 className="heading heading-first">{inLanguage(myCase.itemTitle, myCase.itemTitleEn)}</h2>
        <p className="text">
          <Tag tone={tone}>{word}</Tag>
        </p>
        {myCase.amountFen === null ? null : <p className="text figure">{moneyText(myCase.amountFen)}</p>}
        {where === word ? null : <p className="text strong">{where}</p>}
        <p className="text">
          {[
            myCase.promiseWorkingDays === null ? null : words.promise(myCase.promiseWorkingDays),
            myCase.actualHours === null
              ? myCase.promisedOn && myCase.status === 'in_review'
                ? words.promisedOn(dateText(myCase.promisedOn))
                : null
              : words.actual(durationText(myCase.actualHours)),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        {myCase.number ? (
          <p className="text small">
            {words.number} {myCase.number}
          </p>
        ) : null}
      </section>

      {myCase.status === 'returned' ? (
        <Notice tone="waiting" icon="alert" title={words.returned}>
          <p className="text">{myCase.returnedNote}</p>
        </Notice>
      ) : null}
      {myCase.can.includes('edit') ? (
        <p className="progress-act">
          <Button look="main" wide onClick={() => go('apply', { id: myCase.id })}>
            {myCase.status === 'returned' ? words.correct : words.continueDraft}
          </Button>
        </p>
      ) : null}
      {myCase.paymentStatus === 'failed' ? (
        <FailedPayment
          caseId={myCase.id}
          reason={myCase.timeline.filter((entry) => entry.kind === 'payment-failed').pop()?.note ?? null}
          can={myCase.can.includes('correct-card')}
          onDone={reload}
        />
      ) : null}

      <section className="card" aria-label={words.title}>
        <Timeline entries={myCase.timeline} />
      </section>

      <h2 className="heading">{words.answers}</h2>
      <Summary form={form} answers={plainOf(myCase)} sealed={sealedOf(myCase)} />

      <Withdraw myCase={myCase} reload={reload} />
    </>
  );
}

const sealedIds = (myCase: MyCase) =>
  formOf(myCase)
    .flatMap((group) => group.fields)
    .filter((field) => field.sensitive)
    .map((field) => field.id);

function plainOf(myCase: MyCase): Record<string, unknown> {
  const sealed = sealedIds(myCase);
  return Object.fromEntries(Object.entries(myCase.answers).filter(([id]) => !sealed.includes(id)));
}

function sealedOf(myCase: MyCase): Record<string, string> {
  const sealed = sealedIds(myCase);
  return Object.fromEntries(
    Object.entries(myCase.answers).flatMap(([id, mask]) =>
      sealed.includes(id) ? [[id, maskText(mask)]] : [],
    ),
  );
}

function Withdraw({ myCase, reload }: { myCase: MyCase; reload: () => void }) {
  const texts = useTexts();
  const words = texts.progress;
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  if (!myCase.can.includes('withdraw')) return null;
  const draft = myCase.status === 'draft';

  const withdraw = async () => {
    setBusy(true);
    setProblem('');
    try {
      await client.cases.withdraw({ params: { id: myCase.id } });
      setAsking(false);
      if (draft) replaceWith('myCases');
      else reload();
    } catch (error) {
      if (!signInIfNeeded(error)) setProblem(isOffline(error) ? texts.states.notSent : reasonOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <Button wide onClick={() => setAsking(true)}>
        {draft ? words.discard : words.withdraw}
      </Button>
      {asking ? (
        <Sheet
          title={draft ? words.discardTitle : words.withdrawTitle}
          confirm={draft ? words.discardYes : words.withdrawYes}
          danger
          busy={busy}
          onConfirm={() => void withdraw()}
          onClose={() => setAsking(false)}
        >
          <p className="text">{draft ? words.discardText : words.withdrawText}</p>
          {problem ? (
            <Notice tone="danger" alert>
              {problem}
            </Notice>
          ) : null}
        </Sheet>
      ) : null}
    </>
  );
}
