import { useState } from 'react';
import { checkBankCard } from '@smart-union/catalogue-kit/checks/bank-card.ts';
import { TextBox } from '../form/TextBox.tsx';
import { groupedByFour } from '../format.ts';
import { Button } from '../parts/Button.tsx';
import { isOffline, reasonOf, signInIfNeeded } from '../loading.ts';
import { inLanguage, useTexts } from '../texts/index.ts';

/** Asks for a card number, checks its digits before sending, and keeps it nowhere. */
export function CardForm({
  label,
  hint,
  send,
}: {
  label: string;
  hint: string;
  send: (cardNumber: string) => Promise<void>;
}) {
  const texts = useTexts();
  const [card, setCard] = useState('');
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);

  const save = async () => {
    const checked = checkBankCard(card);
    if (!checked.ok)
      return setFault(
        inLanguage(checked.reason, 'This card number is not right; please check it digit by digit.'),
      );
    setBusy(true);
    setFault('');
    try {
      await send(checked.cardNumber);
    } catch (error) {
      if (!signInIfNeeded(error)) setFault(isOffline(error) ? texts.states.notSent : reasonOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <TextBox
        id="card-number"
        label={label}
        hint={hint}
        fault={fault}
        sealed
        keyboard="numeric"
        maxLength={24}
        value={groupedByFour(card)}
        onChange={(next) => {
          setCard(next.replace(/\s/g, ''));
          setFault('');
        }}
      />
      <Button look="main" wide busy={busy} onClick={() => void save()}>
        {texts.common.save}
      </Button>
    </>
  );
}
