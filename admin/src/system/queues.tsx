import { useQueryClient } from '@tanstack/react-query';
import { Button, Table } from 'antd';
import { api } from '../client.ts';
import { useAct } from '../page/act.ts';
import { RotateCw } from '../page/icons.tsx';
import { focusable } from '../page/list-table.tsx';
import { ToneTag } from '../page/tone.tsx';
import { formatCount, formatHours, formatInstant } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import type { SystemOverview } from './system.ts';

type Queue = SystemOverview['queues'][number];
type FailedJob = SystemOverview['failed'][number];

/** A wait this long is worth a look; a job loop looks every two seconds. */
const longWaitSeconds = 300;

/** Every queue with what waits and what failed in it. */
export const Queues = ({ overview }: { overview: SystemOverview }) => {
  const t = useTexts();
  const locale = useLocale();
  const nameOf = (name: string) => t.system.jobs[name] ?? name;
  const count = (value: number) => (value === 0 ? <span className="quiet">0</span> : formatCount(value));
  const waitOf = ({ oldestSeconds }: Queue) => {
    if (oldestSeconds < 1) return <span className="quiet">–</span>;
    const text =
      oldestSeconds < 60
        ? t.system.seconds(Math.round(oldestSeconds))
        : formatHours(oldestSeconds / 3600, locale);
    return oldestSeconds > longWaitSeconds ? <strong style={{ color: '#b42318' }}>{text}</strong> : text;
  };
  return (
    <section className="panel" aria-label={t.system.queues}>
      <h2 className="section-title">
        {t.system.queues} <span className="section-note quiet">{t.system.queuesNote}</span>
      </h2>
      <div className="list" ref={(list) => focusable(list)}>
        <Table<Queue>
          size="small"
          aria-label={t.system.queues}
          dataSource={overview.queues}
          rowKey="name"
          pagination={false}
          scroll={{ x: 'max-content' }}
          columns={[
            {
              key: 'name',
              title: t.system.queue,
              render: (_, row) => (
                <>
                  {nameOf(row.name)} <code className="quiet">{row.name}</code>
                </>
              ),
            },
            {
              key: 'waiting',
              title: t.system.waiting,
              align: 'right',
              render: (_, row) => count(row.waiting),
            },
            { key: 'oldest', title: t.system.oldest, align: 'right', render: (_, row) => waitOf(row) },
            { key: 'active', title: t.system.active, align: 'right', render: (_, row) => count(row.active) },
            { key: 'later', title: t.system.later, align: 'right', render: (_, row) => count(row.later) },
            {
              key: 'failed',
              title: t.system.failedCount,
              align: 'right',
              render: (_, row) =>
                row.failed > 0 ? (
                  <strong style={{ color: '#b42318' }}>{formatCount(row.failed)}</strong>
                ) : (
                  count(0)
                ),
            },
          ]}
        />
      </div>
    </section>
  );
};

/** Jobs that have used up their tries, each with its way back. */
export const FailedJobs = ({ overview }: { overview: SystemOverview }) => {
  const t = useTexts();
  const locale = useLocale();
  const { failed, mayOperate } = overview;
  return (
    <section className="panel" aria-label={t.system.failed}>
      <h2 className="section-title">
        {t.system.failed}
        {failed.length > 0 ? <span className="section-note quiet">{t.system.failedNote}</span> : null}
      </h2>
      {failed.length === 0 ? (
        <ToneTag tone="good">{t.system.failedEmpty}</ToneTag>
      ) : (
        <div className="list" ref={(list) => focusable(list)}>
          <Table<FailedJob>
            size="small"
            aria-label={t.system.failed}
            dataSource={failed}
            rowKey="id"
            pagination={false}
            scroll={{ x: 'max-content' }}
            columns={[
              {
                key: 'at',
                title: t.system.failedAt,
                render: (_, row) => <span className="nowrap">{formatInstant(row.failedAt, locale)}</span>,
              },
              { key: 'name', title: t.system.queue, render: (_, row) => t.system.jobs[row.name] ?? row.name },
              { key: 'error', title: t.system.error, render: (_, row) => <code>{row.error}</code> },
              { key: 'tries', title: t.system.tries, render: (_, row) => t.system.times(row.tries) },
              {
                key: 'request',
                title: t.system.requestId,
                render: (_, row) =>
                  row.requestId ? (
                    <code title={row.requestId}>{row.requestId.slice(0, 8)}</code>
                  ) : (
                    t.system.bySchedule
                  ),
              },
              {
                key: 'act',
                title: t.system.retry,
                render: (_, row) => (mayOperate ? <Retry job={row} /> : null),
              },
            ]}
          />
        </div>
      )}
    </section>
  );
};

const Retry = ({ job }: { job: FailedJob }) => {
  const t = useTexts();
  const queryClient = useQueryClient();
  const act = useAct();
  const retry = async (): Promise<void> => {
    await api.system.retryJob({ params: { id: job.id } });
    await queryClient.invalidateQueries({ queryKey: ['system'] });
  };
  return (
    <Button
      size="small"
      icon={<RotateCw />}
      loading={act.busy}
      aria-label={t.system.retryOf(t.system.jobs[job.name] ?? job.name)}
      onClick={() => void act.run(retry, t.system.retried)}
    >
      {t.system.retry}
    </Button>
  );
};
