import type { Contract, ReplyOf } from '@smart-union/contract';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { api } from '../client.ts';
import { useAct } from '../page/act.ts';
import { CardPages } from '../page/card-pages.tsx';
import { useListSearch } from '../page/list-search.ts';
import { PageHead } from '../page/page-head.tsx';
import { ReasonDialog } from '../page/reason-dialog.tsx';
import { Await, Empty } from '../page/states.tsx';
import { formatInstant } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';

type Request = ReplyOf<Contract['privacy']['list']>['items'][number];
type Values = ReplyOf<Contract['privacy']['open']>['values'];

/** Requests for a second person: mine, and those that wait for my word. */
export const RequestList = () => {
  const t = useTexts();
  const list = useListSearch();
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [memberNumber, setMemberNumber] = useState('');
  const requests = useQuery({
    queryKey: ['privacy', list.query()],
    queryFn: () => api.privacy.list({ query: list.query() as never }),
    placeholderData: keepPreviousData,
  });
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['privacy'] });
  return (
    <>
      <PageHead
        title={t.privacy.title}
        note={t.privacy.note}
        acts={<Button onClick={() => setAsking(true)}>{t.privacy.ask}</Button>}
      />
      <ReasonDialog
        open={asking}
        title={t.privacy.ask}
        label={t.privacy.reason}
        suggestions={t.privacy.suggestions}
        okText={t.privacy.ask}
        onClose={() => setAsking(false)}
        onOk={async (reason) => {
          await api.privacy.ask({ body: { kind: 'opening', memberNumber: memberNumber.trim(), reason } });
          setMemberNumber('');
          await refresh();
        }}
      >
        <label>
          {t.privacy.memberNumber}
          <Input
            value={memberNumber}
            maxLength={40}
            onChange={(event) => setMemberNumber(event.target.value)}
          />
        </label>
      </ReasonDialog>
      <Await of={requests}>
        {({ items, total }) =>
          items.length === 0 ? (
            <Empty title={t.privacy.empty} note={t.privacy.emptyNote} />
          ) : (
            <>
              <ul className="card-list">
                {items.map((request) => (
                  <RequestCard key={request.id} request={request} onDone={refresh} />
                ))}
              </ul>
              <CardPages list={list} total={total} />
            </>
          )
        }
      </Await>
    </>
  );
};

const fields = ['idNumber', 'phone', 'bankCard'] as const;

const RequestCard = ({ request, onDone }: { request: Request; onDone: () => Promise<unknown> }) => {
  const t = useTexts();
  const locale = useLocale();
  const { busy, run } = useAct();
  const [shown, setShown] = useState<Values | null>(null);
  const params = { id: request.id };
  const decide = (outcome: 'grant' | 'decline') =>
    run(async () => {
      await api.privacy.decide({ params, body: { outcome, minutes: 30 } });
      await onDone();
    }, t.privacy.decided);
  const open = (field: (typeof fields)[number]) =>
    run(async () => {
      const { values, hideAfterSeconds } = await api.privacy.open({ params, body: { fields: [field] } });
      setShown(values);
      setTimeout(() => setShown(null), hideAfterSeconds * 1000);
    }, t.privacy.opened);
  const about = request.memberNumber ?? (request.subject ? t.privacy.subjects[request.subject] : '');
  return (
    <li>
      <div className="row">
        <strong className="grow">
          {t.privacy.kinds[request.kind]} · {about}
        </strong>
        <span className="quiet nowrap">{formatInstant(request.askedAt, locale)}</span>
      </div>
      <p style={{ margin: '4px 0' }}>{request.reason}</p>
      <p className="quiet" style={{ margin: '4px 0' }}>
        {t.privacy.by} {request.office} {request.who} · {t.privacy.statuses[request.status]}
        {request.decidedBy ? ` · ${t.privacy.decidedBy} ${request.decidedBy}` : ''}
        {request.expiresAt ? ` · ${t.privacy.until(formatInstant(request.expiresAt, locale))}` : ''}
      </p>
      <div className="row">
        {request.can.includes('decide') ? (
          <>
            <Button type="primary" loading={busy} onClick={() => void decide('grant')}>
              {t.privacy.grant}
            </Button>
            <Button loading={busy} onClick={() => void decide('decline')}>
              {t.privacy.decline}
            </Button>
          </>
        ) : null}
        {request.can.includes('open')
          ? fields.map((field) => (
              <Button key={field} loading={busy} onClick={() => void open(field)}>
                {t.privacy.open} {t.privacy.fields[field]}
              </Button>
            ))
          : null}
      </div>
      {shown
        ? fields
            .filter((field) => field in shown)
            .map((field) => (
              <p key={field}>
                {t.privacy.fields[field]} <strong className="number">{shown[field] ?? t.common.none}</strong>
              </p>
            ))
        : null}
    </li>
  );
};
