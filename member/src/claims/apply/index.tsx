import { useRouter } from '@tarojs/taro';
import { client } from '../../client.ts';
import { Page } from '../../layout/Page.tsx';
import { States } from '../../layout/States.tsx';
import { Button } from '../../parts/Button.tsx';
import { Checks } from '../../parts/Checks.tsx';
import { Notice } from '../../parts/Tag.tsx';
import { dateText } from '../../format.ts';
import { useLoad } from '../../loading.ts';
import { go } from '../../navigation.ts';
import type { Reply } from '../../client.ts';
import { inLanguage, useTexts } from '../../texts/index.ts';
import { Form } from './Form.tsx';
import type { MyCase } from './draft.ts';

type Opened = { refused: Reply<'claims', 'entitlement'> } | { opened: MyCase };

/** Looks at the rules first: who may not apply sees why and from when, and no form. */
async function open(item: string, caseId: string): Promise<Opened> {
  if (caseId) {
    const found = await client.cases.getMine({ params: { id: caseId } });
    if (found.status !== 'draft') return { opened: found };
    return open(found.itemCode, '');
  }
  const entitlement = await client.claims.entitlement({ params: { code: item } });
  if (!entitlement.ok) return { refused: entitlement };
  return { opened: await client.cases.open({ body: { itemCode: item } }) };
}

export default function Apply() {
  const texts = useTexts();
  const { item = '', id = '' } = useRouter().params;
  // Opened once: coming back from another page must not throw away what is on the screen.
  const { loaded, reload } = useLoad(() => open(item, id), `${item}/${id}`, { again: false });

  if (loaded.state === 'ready' && 'opened' in loaded.data) {
    const { opened } = loaded.data;
    if (opened.can.includes('edit')) {
      return <Form opened={opened} itemTitle={inLanguage(opened.itemTitle, opened.itemTitleEn)} />;
    }
  }
  return (
    <Page title={texts.apply.title}>
      <States loaded={loaded} reload={reload}>
        {(data) =>
          'refused' in data ? (
            <Refused entitlement={data.refused} />
          ) : (
            <div className="card stack">
              <p className="text">{texts.apply.notYours}</p>
              <Button look="main" onClick={() => go('progress', { id: data.opened.id })}>
                {texts.apply.see}
              </Button>
            </div>
          )
        }
      </States>
    </Page>
  );
}

function Refused({ entitlement }: { entitlement: Reply<'claims', 'entitlement'> }) {
  const texts = useTexts();
  return (
    <>
      <Notice tone="waiting" icon="alert" title={texts.apply.refusedTitle}>
        {entitlement.from ? texts.apply.refusedFrom(dateText(entitlement.from)) : null}
      </Notice>
      <section className="card">
        <h2 className="heading heading-first">{inLanguage(entitlement.title, entitlement.titleEn)}</h2>
        <Checks checks={entitlement.checks} />
      </section>
      <div className="stack">
        <Button onClick={() => go('findUnion')}>{texts.apply.refusedHelp}</Button>
      </div>
    </>
  );
}
