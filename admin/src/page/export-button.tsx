import { routes, urlOf } from '@smart-union/api-client';
import { Button } from 'antd';
import { useState } from 'react';
import { useTexts } from '../texts/texts.ts';
import { download } from '../transport.ts';
import { Download } from './icons.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

const exportsOf = {
  cases: routes.cases.exportList[1],
  members: routes.members.exportList[1],
  visits: routes.disbursements.exportVisits[1],
};

interface Props {
  count: number;
  path: (reason: string) => { route: keyof typeof exportsOf; query: Record<string, string | number> };
}

/** Exports the list as filtered, with the number of rows said and the reason asked for first. */
export const ExportButton = ({ count, path }: Props) => {
  const t = useTexts();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button icon={<Download />} disabled={count === 0} onClick={() => setAsking(true)}>
        {t.list.export}
      </Button>
      <ReasonDialog
        open={asking}
        title={t.list.exportTitle}
        label={t.list.exportReason}
        suggestions={t.list.exportSuggestions}
        okText={t.list.export}
        onClose={() => setAsking(false)}
        onOk={async (reason) => {
          const { route, query } = path(reason);
          const { page: _page, pageSize: _size, ...rest } = query;
          await download(urlOf(exportsOf[route], {}, rest), `${route}.xlsx`);
        }}
      >
        <p>{t.list.exportNote(count)}</p>
      </ReasonDialog>
    </>
  );
};
