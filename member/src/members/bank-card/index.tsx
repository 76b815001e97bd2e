import { useState } from 'react';
import { client } from '../../client.ts';
import { CardForm } from '../CardForm.tsx';
import { Page } from '../../layout/Page.tsx';
import { States } from '../../layout/States.tsx';
import { Notice } from '../../parts/Tag.tsx';
import { useLoad } from '../../loading.ts';
import { useTexts } from '../../texts/index.ts';

export default function BankCard() {
  const texts = useTexts();
  const words = texts.bankCard;
  const [savedAs, setSavedAs] = useState('');
  const { loaded, reload } = useLoad(() => client.members.me(), 'me');
  return (
    <Page title={words.title}>
      <States loaded={loaded} reload={reload}>
        {(me) => (
          <>
            {savedAs ? (
              <div role="status">
                <Notice tone="success">{words.saved(savedAs)}</Notice>
              </div>
            ) : null}
            <section className="card">
              <p className="text small">{words.current}</p>
              <p className="text figure">{savedAs || me.bankCardMasked || words.none}</p>
            </section>
            <section className="card">
              <CardForm
                key={savedAs}
                label={words.label}
                hint={words.hint}
                send={async (number) => {
                  setSavedAs((await client.members.setBankCard({ body: { number } })).bankCardMasked);
                }}
              />
            </section>
          </>
        )}
      </States>
    </Page>
  );
}
