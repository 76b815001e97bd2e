import { routes, urlOf } from '@smart-union/api-client';
import { App, Button } from 'antd';
import { useState } from 'react';
import { useTexts } from '../texts/texts.ts';
import { api } from '../client.ts';
import { ApiError, download } from '../transport.ts';
import { Download } from './icons.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

const exportsOf = {
  cases: routes.cases.exportList[1],
  members: routes.members.exportList[1],
  payments: routes.disbursements.exportPayments[1],
  visits: routes.disbursements.exportVisits[1],
};

interface Props {
  count: number;
  path: (reason: string) => { route: keyof typeof exportsOf; query: Record<string, string | number> };
}

const wordsOf = ({ reason: _reason, ...query }: Record<string, string | number>) =>
  Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));

/** Exports the list as filtered, with the number of rows said and the reason asked for first. */
export const ExportButton = ({ count, path }: Props) => {
  const t = useTexts();
  const { message } = App.useApp();
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
          try {
            await download(urlOf(exportsOf[route], {}, rest), `${route}.xlsx`);
          } catch (error) {
            if (!(error instanceof ApiError) || error.code !== 'export-needs-approval') throw error;
            // A long list needs a second person: the reason is given already, so the asking costs no more.
            const money = route === 'visits' || route === 'payments';
            const subject = money ? 'cases' : route;
            const wanted = money ? { view: route, ...wordsOf(rest) } : wordsOf(rest);
            await api.privacy.ask({ body: { kind: 'export', subject, query: wanted, reason } });
            void message.info(t.privacy.exportAsked, 8);
          }
        }}
      >
        <p>{t.list.exportNote(count)}</p>
      </ReasonDialog>
    </>
  );
};
