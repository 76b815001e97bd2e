import { client } from '../../client.ts';
import { CaseRow } from '../CaseRow.tsx';
import { Page } from '../../layout/Page.tsx';
import { Empty, States } from '../../layout/States.tsx';
import { Button } from '../../parts/Button.tsx';
import { useLoad } from '../../loading.ts';
import { go } from '../../navigation.ts';
import { useTexts } from '../../texts/index.ts';

export default function MyCases() {
  const texts = useTexts();
  const { loaded, reload } = useLoad(() => client.cases.listMine(), 'mine');
  return (
    <Page title={texts.myCases.title}>
      <States loaded={loaded} reload={reload}>
        {({ items }) =>
          items.length ? (
            <div className="rows">
              {items.map((row, at) => (
                <CaseRow key={row.id} row={row} first={at === 0} />
              ))}
            </div>
          ) : (
            <Empty text={texts.myCases.empty}>
              <Button look="main" onClick={() => go('entitlements')}>
                {texts.myCases.start}
              </Button>
            </Empty>
          )
        }
      </States>
    </Page>
  );
}
