import type { Contract, ReplyOf } from '@smart-union/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useState } from 'react';
import { api } from '../client.ts';
import { useAct } from '../page/act.ts';
import { Failure, Loading } from '../page/states.tsx';
import { ToneTag } from '../page/tone.tsx';
import { sessionQuery } from '../session.ts';
import { formatPlainDate } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import type { Tone } from '../theme.ts';
import { AppointDeputy } from './appoint-deputy.tsx';

type Deputyship = ReplyOf<Contract['accounts']['listDeputies']>['items'][number];

const tones: Record<Deputyship['status'], Tone> = { planned: 'info', 'in-force': 'good', ended: 'plain' };

/** Who decides for me while I am away, and for whom I do. */
export const Deputies = () => {
  const t = useTexts();
  const queryClient = useQueryClient();
  const [appointing, setAppointing] = useState(false);
  const deputies = useQuery({ queryKey: ['deputies'], queryFn: () => api.accounts.listDeputies() });
  const refresh = (): Promise<unknown> =>
    Promise.all(
      [['deputies'], sessionQuery.queryKey].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
    );
  const { items, mayAppoint } = deputies.data ?? { items: [], mayAppoint: false };
  if (deputies.data && items.length === 0 && !mayAppoint) return null;
  return (
    <section className="panel" aria-label={t.deputies.title}>
      <h2 className="section-title">{t.deputies.title}</h2>
      {deputies.error ? (
        <Failure error={deputies.error} onRetry={() => void deputies.refetch()} />
      ) : deputies.isPending ? (
        <Loading rows={2} />
      ) : null}
      {deputies.data && items.length === 0 ? <p className="quiet">{t.deputies.none}</p> : null}
      <ul className="report">
        {items.map((one) => (
          <Row key={one.id} one={one} onEnded={refresh} />
        ))}
      </ul>
      {mayAppoint ? <Button onClick={() => setAppointing(true)}>{t.deputies.appoint}</Button> : null}
      {appointing ? <AppointDeputy onClose={() => setAppointing(false)} onDone={refresh} /> : null}
    </section>
  );
};

const Row = ({ one, onEnded }: { one: Deputyship; onEnded: () => Promise<unknown> }) => {
  const t = useTexts();
  const locale = useLocale();
  const { modal } = App.useApp();
  const { run } = useAct();
  const end = (): void => {
    modal.confirm({
      title: t.deputies.endTitle,
      content: t.deputies.endNote(one.principal.name, one.deputy.name),
      okText: t.deputies.end,
      cancelText: t.common.cancel,
      onOk: async () => {
        await run(() => api.accounts.revokeDeputy({ params: { id: one.id } }), t.deputies.statuses.ended);
        await onEnded();
      },
    });
  };
  return (
    <li>
      <div className="row">
        <ToneTag tone={tones[one.status]}>{t.deputies.statuses[one.status]}</ToneTag>
        <strong className="grow">
          {one.mine
            ? t.deputies.given(one.deputy.name, one.deputy.office)
            : t.deputies.received(one.principal.name, one.principal.office)}
        </strong>
        {one.can.includes('revoke') ? (
          <Button size="small" onClick={end}>
            {t.deputies.end}
          </Button>
        ) : null}
      </div>
      <div className="quiet">
        {formatPlainDate(one.from, locale)} – {formatPlainDate(one.until, locale)}
        {one.note ? ` · ${one.note}` : ''}
      </div>
    </li>
  );
};
