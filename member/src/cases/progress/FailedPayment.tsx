import { useState } from 'react';
import { client } from '../../client.ts';
import { CardForm } from '../../members/CardForm.tsx';
import { Button } from '../../parts/Button.tsx';
import { Notice } from '../../parts/Tag.tsx';
import { saidText } from '../../format.ts';
import { useTexts } from '../../texts/index.ts';

/** The bank sent the money back: says so, why, that nothing is lost, and takes another card. */
export function FailedPayment({
  caseId,
  reason,
  can,
  onDone,
}: {
  caseId: string;
  reason: string | null;
  can: boolean;
  onDone: () => void;
}) {
  const texts = useTexts();
  const words = texts.progress;
  const [changing, setChanging] = useState(false);
  const [changedTo, setChangedTo] = useState('');
  if (changedTo) return <Notice tone="success">{words.cardSent(changedTo)}</Notice>;
  return (
    <section className="card">
      <Notice tone="danger" title={words.failedTitle}>
        <p className="text">{words.failedText}</p>
        {reason ? <p className="text">{saidText(words.failedWhy, reason)}</p> : null}
      </Notice>
      {!can ? null : changing ? (
        <CardForm
          label={words.newCard}
          hint={words.newCardHint}
          send={async (bankCard) => {
            const done = await client.disbursements.correctMyCard({
              params: { id: caseId },
              body: { bankCard },
            });
            setChangedTo(done.bankCardMasked);
            onDone();
          }}
        />
      ) : (
        <Button look="main" wide onClick={() => setChanging(true)}>
          {words.changeCard}
        </Button>
      )}
    </section>
  );
}
