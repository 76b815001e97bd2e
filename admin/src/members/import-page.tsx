import { routes, urlOf } from '@smart-union/api-client';
import { keepPreviousData, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Alert, Button, Modal, Progress, Select, Steps } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useAct } from '../page/act.ts';
import { Check, Download } from '../page/icons.tsx';
import { useListSearch } from '../page/list-search.ts';
import { ListTable, type ListColumn } from '../page/list-table.tsx';
import { PageHead } from '../page/page-head.tsx';
import { Await } from '../page/states.tsx';
import { ToneTag } from '../page/tone.tsx';
import { formatCount, formatInstant } from '../texts/formats.ts';
import { pick, useLocale, useTexts } from '../texts/texts.ts';
import { download } from '../transport.ts';
import {
  importModule,
  importsOf,
  importSteps,
  importTones,
  isUnderWay,
  nounOf,
  runQuery,
  type ImportFault,
  type ImportRun,
  type Noun,
} from './imports.ts';

/** Step two and three: what would happen, row by row where something is wrong; then the commit and its result. */
export const ImportPage = () => {
  const params = useParams({ strict: false }) as { noun: string; id: string };
  const noun = nounOf(params.noun);
  const run = useQuery(runQuery(noun, params.id));
  return <Await of={run}>{(data) => <ImportBody noun={noun} run={data} />}</Await>;
};

/** How far the job is. The page may be left or loaded anew: it is the server that remembers. */
const UnderWay = ({ run }: { run: ImportRun }) => {
  const t = useTexts();
  const { step, done, total } = run.progress ?? { step: 'reading', done: 0, total: 0 };
  const percent = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 0;
  const rows = total > 0 ? `${formatCount(done)} / ${formatCount(total)}` : formatCount(done);
  return (
    <div className="panel" role="status">
      <p style={{ marginTop: 0 }}>
        <strong>{t.imports.underWay[step]}</strong> · {t.imports.rowsDone(rows)}
      </p>
      <Progress
        percent={percent}
        status="active"
        showInfo={total > 0}
        aria-label={t.imports.underWay[step]}
      />
      <p className="quiet">{t.imports.mayLeave}</p>
    </div>
  );
};

const ImportBody = ({ noun, run }: { noun: Noun; run: ImportRun }) => {
  const t = useTexts();
  const locale = useLocale();
  const queryClient = useQueryClient();
  const { counts } = run;
  const before = useRef(run.status);
  useEffect(() => {
    if (before.current === 'saving' && run.status === 'committed') void refreshAll(queryClient);
    before.current = run.status;
  }, [run.status, queryClient]);
  const figures = [
    { name: t.imports.rows, count: counts.rows, bad: false },
    { name: t.imports.accepted, count: counts.accept, bad: false },
    { name: t.imports.warned, count: counts.warn, bad: false },
    { name: t.imports.refused, count: counts.reject, bad: counts.reject > 0 },
  ];
  return (
    <>
      <PageHead
        title={`${t.imports[noun]} · ${run.fileName}`}
        note={
          <span className="row">
            <ToneTag tone={importTones[run.status]}>{t.imports.statuses[run.status]}</ToneTag>
            {run.by} · {formatInstant(run.committedAt ?? run.createdAt, locale)}
          </span>
        }
        acts={<ImportActs noun={noun} run={run} />}
      />
      <div className="stack">
        <div className="panel">
          <Steps
            size="small"
            current={importSteps[run.status]}
            items={t.imports.steps.map((title) => ({ title }))}
          />
        </div>
        {isUnderWay(run) ? <UnderWay run={run} /> : null}
        {run.problem && !isUnderWay(run) ? (
          <Alert
            type="error"
            showIcon
            role="alert"
            title={locale === 'en' ? run.problem.reasonEn : run.problem.reason}
          />
        ) : null}
        {run.status === 'reading' || run.status === 'failed' ? null : (
          <div className="figures">
            {figures.map((figure) => (
              <div key={figure.name} className={figure.bad ? 'figure figure-danger' : 'figure'}>
                <div className="figure-name">{figure.name}</div>
                <div className="figure-value">{formatCount(figure.count)}</div>
              </div>
            ))}
          </div>
        )}
        {run.status === 'committed' ? (
          <Alert
            type="success"
            showIcon
            title={t.imports.committed}
            description={
              <>
                {t.imports.commitDid(counts.added, counts.changed, counts.unchanged)}{' '}
                <Link to={(noun === 'members' ? '/members' : '/unions') as never}>
                  {noun === 'members' ? t.imports.seeMembers : t.imports.seeUnions}
                </Link>
              </>
            }
          />
        ) : null}
        {run.status === 'discarded' ? <Alert type="info" showIcon title={t.imports.discarded} /> : null}
        {run.status === 'previewed' ? (
          <Alert
            type="info"
            showIcon
            title={
              counts.added + counts.changed === 0
                ? t.imports.nothing
                : t.imports.commitWill(counts.added, counts.changed, counts.unchanged)
            }
            description={counts.reject > 0 ? t.imports.commitRefused(counts.reject) : undefined}
          />
        ) : null}
        {run.encoding === '' ? null : (
          <>
            <Faults noun={noun} run={run} />
            <p className="quiet">
              {t.imports.encoding} {run.encoding} · {t.imports.sheets} {run.sheets.join('、')}
            </p>
          </>
        )}
      </div>
    </>
  );
};

/** What an import changes: everything counted or listed. */
const refreshAll = (queryClient: QueryClient) =>
  Promise.all(
    ['members', 'unions', 'dashboards', 'imports'].map((key) =>
      queryClient.invalidateQueries({ queryKey: [key] }),
    ),
  );

const ImportActs = ({ noun, run }: { noun: Noun; run: ImportRun }) => {
  const t = useTexts();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { busy, run: act } = useAct();
  const [asking, setAsking] = useState(false);
  const call = { params: { id: run.id } };
  const writes = run.counts.accept + run.counts.warn;
  const commit = async (): Promise<void> => {
    let large = false;
    const done = await act(
      async () => {
        const next = await importsOf(noun).commit(call);
        large = isUnderWay(next);
        queryClient.setQueryData(runQuery(noun, run.id).queryKey, next);
      },
      () => (large ? t.imports.underWay.saving : t.imports.committedNote(writes)),
    );
    setAsking(false);
    if (done && !large) await refreshAll(queryClient);
  };
  const discard = async (): Promise<void> => {
    const done = await act(() => importsOf(noun).discard(call), t.imports.discarded);
    if (!done) return;
    await queryClient.invalidateQueries({ queryKey: ['imports'] });
    await navigate({ to: '/imports' as never, search: { noun } as never });
  };
  const refused = urlOf(routes[importModule(noun)].refused[1], { id: run.id });
  return (
    <>
      {run.counts.reject > 0 ? (
        <Button
          icon={<Download />}
          title={t.imports.downloadNote}
          onClick={() => void act(() => download(refused, 'refused.xlsx'))}
        >
          {t.imports.download(run.counts.reject)}
        </Button>
      ) : null}
      {run.status === 'previewed' || run.status === 'reading' ? (
        <Button onClick={() => void discard()}>{t.imports.discard}</Button>
      ) : null}
      {run.status === 'previewed' ? (
        <Button type="primary" icon={<Check />} disabled={writes === 0} onClick={() => setAsking(true)}>
          {t.imports.commit(writes)}
        </Button>
      ) : isUnderWay(run) ? null : (
        <Button onClick={() => void navigate({ to: '/imports' as never, search: { noun } as never })}>
          {t.imports.again}
        </Button>
      )}
      <Modal
        open={asking}
        title={t.imports.commitTitle}
        okText={t.imports.commit(writes)}
        cancelText={t.common.cancel}
        okButtonProps={{ loading: busy }}
        onOk={() => void commit()}
        onCancel={() => setAsking(false)}
        width={440}
      >
        <p>{t.imports.commitWill(run.counts.added, run.counts.changed, run.counts.unchanged)}</p>
        {run.counts.reject > 0 ? <p>{t.imports.commitRefused(run.counts.reject)}</p> : null}
        <p className="quiet">{t.imports.commitAll}</p>
      </Modal>
    </>
  );
};

const Faults = ({ noun, run }: { noun: Noun; run: ImportRun }) => {
  const t = useTexts();
  const list = useListSearch();
  const query = list.query('kind');
  const faults = useQuery({
    queryKey: ['imports', noun, run.id, 'faults', query],
    queryFn: () => importsOf(noun).faults({ params: { id: run.id }, query: query as never }),
    placeholderData: keepPreviousData,
  });
  const columns: ListColumn<ImportFault>[] = [
    { key: 'row', title: t.imports.row, end: true, width: 70, render: (row) => row.row },
    {
      key: 'verdict',
      title: t.imports.verdict,
      render: (row) => (
        <ToneTag tone={row.verdict === 'reject' ? 'danger' : 'waiting'}>
          {t.imports.verdicts[row.verdict]}
        </ToneTag>
      ),
    },
    { key: 'column', title: t.imports.column, render: (row) => row.columnTitle },
    { key: 'value', title: t.imports.value, render: (row) => <bdi className="number-wrap">{row.value}</bdi> },
    { key: 'reason', title: t.imports.reason, render: (row) => pick(row.reason, row.reasonEn) },
    { key: 'sheet', title: t.imports.sheets, render: (row) => row.sheet, hidden: run.sheets.length < 2 },
  ];
  return (
    <>
      <div className="row">
        <h2 className="section-title grow">{t.imports.faults}</h2>
        <Select
          allowClear
          aria-label={t.imports.byFault}
          placeholder={t.imports.allFaults}
          value={list.search.kind}
          onChange={(kind?: string) => list.set({ kind })}
          options={run.byFault.map((fault) => ({
            value: fault.kind,
            label: `${pick(fault.title, fault.titleEn)} · ${fault.rows}`,
          }))}
          style={{ minWidth: 220 }}
        />
      </div>
      <ListTable
        name="import-faults"
        label={t.imports.faults}
        list={list}
        result={faults}
        columns={columns}
        rowKey={(row) => `${row.sheet}-${row.row}-${row.column}-${row.kind}`}
        empty={{ title: t.imports.noFaults }}
      />
    </>
  );
};
