import { useState } from 'react';
import Taro from '@tarojs/taro';
import { client } from '../../client.ts';
import { Page } from '../../layout/Page.tsx';
import { States } from '../../layout/States.tsx';
import { Button } from '../../parts/Button.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { Notice } from '../../parts/Tag.tsx';
import { useLoad } from '../../loading.ts';
import { go } from '../../navigation.ts';
import { findSession } from '../../session.ts';
import { useTexts } from '../../texts/index.ts';
import './find.css';

const HOTLINE = '12351';

/** Works signed out and without a network as well: whoever cannot sign in needs it most. */
async function findOwn() {
  const session = await findSession();
  return session ? await client.members.me() : null;
}

export default function FindUnion() {
  const texts = useTexts();
  const words = texts.find;
  const { loaded, reload } = useLoad(findOwn, 'own');
  return (
    <Page title={texts.findUnion} tab="findUnion">
      <p className="text">{words.intro}</p>
      <section className="card">
        <Call />
        <p className="text small">{words.callHint}</p>
      </section>
      <States loaded={loaded} reload={reload}>
        {(me) =>
          me ? (
            <>
              <section className="card">
                <h2 className="heading heading-first">{words.own}</h2>
                <p className="text strong">{me.union.name}</p>
                <p className="text small">{words.ownHint}</p>
              </section>
              <section className="card">
                <h2 className="heading heading-first">{words.superior}</h2>
                <p className="text strong">{me.superiorOffice}</p>
                <p className="text small">{words.superiorHint}</p>
              </section>
              <section className="card">
                <h2 className="heading heading-first">{words.path}</h2>
                <ol className="list">
                  {[...me.ancestors.filter((one) => one.id !== me.union.id), me.union].map((union) => (
                    <li className="find-step" key={union.id}>
                      <Icon name="next" className="quiet" /> {union.name}
                    </li>
                  ))}
                </ol>
              </section>
            </>
          ) : (
            <section className="card stack">
              <p className="text">{words.signInFirst}</p>
              <Button onClick={() => go('signIn')}>{texts.signIn.title}</Button>
            </section>
          )
        }
      </States>
    </Page>
  );
}

function Call() {
  const words = useTexts().find;
  const [failed, setFailed] = useState(false);
  if (process.env.TARO_ENV === 'h5')
    return (
      <a className="call" href={`tel:${HOTLINE}`}>
        <Icon name="help" /> {words.call}
      </a>
    );
  return (
    <>
      <Button
        look="main"
        wide
        onClick={() => {
          Taro.makePhoneCall({ phoneNumber: HOTLINE }).catch((error: { errMsg?: string }) =>
            setFailed(!String(error.errMsg).includes('cancel')),
          );
        }}
      >
        <Icon name="help" /> {words.call}
      </Button>
      {failed ? <Notice tone="waiting">{words.callFailed}</Notice> : null}
    </>
  );
}
