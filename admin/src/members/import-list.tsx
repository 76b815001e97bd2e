import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Alert, Segmented, Spin, Upload } from 'antd';
import { useState } from 'react';
import { Inbox } from '../page/icons.tsx';
import { useListSearch } from '../page/list-search.ts';
import { ListTable, type ListColumn } from '../page/list-table.tsx';
import { PageHead } from '../page/page-head.tsx';
import { ToneTag } from '../page/tone.tsx';
import { holds, useSession } from '../session.ts';
import { formatCount, formatInstant } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { ApiError } from '../transport.ts';
import { importsOf, importTones, maxBytes, runQuery, type ImportRun, type Noun } from './imports.ts';

/** Step one: which roster, which file. Below, the imports of before. */
export const ImportList = () => {
  const t = useTexts();
  const session = useSession();
  const list = useListSearch();
  const kinds = (
    [
      ['unions', 'unions.import'],
      ['members', 'members.import'],
    ] as const
  )
    .filter(([, permission]) => holds(session, permission))
    .map(([noun]) => noun);
  const noun: Noun =
    kinds.find((kind) => kind === list.search.noun) ?? (kinds.includes('members') ? 'members' : 'unions');
  const runs = useQuery({
    queryKey: ['imports', noun, 'list', list.query()],
    queryFn: () => importsOf(noun).list({ query: list.query() as never }),
  });
  const navigate = useNavigate();
  const columns = useColumns(noun);
  return (
    <>
      <PageHead title={t.imports.title} />
      <div className="stack">
        {kinds.length > 1 ? (
          <div>
            <Segmented
              value={noun}
              onChange={(next) => list.set({ noun: next })}
              options={kinds.map((kind) => ({ value: kind, label: t.imports[kind] }))}
            />
          </div>
        ) : null}
        <FileDrop key={noun} noun={noun} />
        <h2 className="section-title" style={{ margin: '8px 0 0' }}>
          {t.imports.earlier}
        </h2>
        <ListTable
          name="imports"
          label={t.imports.earlier}
          list={list}
          result={runs}
          columns={columns}
          rowKey={(row) => row.id}
          onRow={(row) => void navigate({ to: `/imports/${noun}/${row.id}` as never, search: {} as never })}
          empty={{ title: t.imports.earlierNone, note: t.imports.unionsFirst }}
        />
      </div>
    </>
  );
};

const FileDrop = ({ noun }: { noun: Noun }) => {
  const t = useTexts();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const read = async (file: File): Promise<void> => {
    if (file.size > maxBytes) return setFault(t.imports.tooBig);
    if (file.size === 0) return setFault(t.imports.empty);
    setBusy(file.name);
    setFault(null);
    try {
      const run = await importsOf(noun).preview({ query: { fileName: file.name } }, { raw: file });
      queryClient.setQueryData(runQuery(noun, run.id).queryKey, run);
      await navigate({ to: `/imports/${noun}/${run.id}` as never, search: {} as never });
    } catch (error) {
      setFault(error instanceof ApiError ? error.message : t.states.unexpected);
    } finally {
      setBusy('');
    }
  };
  return (
    <section className="panel" aria-label={t.imports.choose}>
      <Upload.Dragger
        accept=".xlsx,.csv"
        showUploadList={false}
        disabled={busy !== ''}
        beforeUpload={(file) => {
          void read(file);
          return false;
        }}
      >
        {busy ? (
          <p role="status">
            <Spin /> {busy} · {t.imports.reading}
          </p>
        ) : (
          <>
            <p style={{ fontSize: 28, margin: 0, color: '#1f4e8c' }} aria-hidden="true">
              <Inbox />
            </p>
            <p>
              <strong>{t.imports[noun]}</strong> · {t.imports.drop}
            </p>
            <p className="quiet">{t.imports.dropNote}</p>
          </>
        )}
      </Upload.Dragger>
      {fault ? <Alert style={{ marginTop: 12 }} type="error" showIcon title={fault} role="alert" /> : null}
    </section>
  );
};

const useColumns = (noun: Noun): ListColumn<ImportRun>[] => {
  const t = useTexts();
  const locale = useLocale();
  return [
    {
      key: 'file',
      title: t.imports.file,
      render: (row) => <Link to={`/imports/${noun}/${row.id}` as never}>{row.fileName}</Link>,
    },
    {
      key: 'status',
      title: t.imports.status,
      render: (row) => <ToneTag tone={importTones[row.status]}>{t.imports.statuses[row.status]}</ToneTag>,
    },
    { key: 'accept', title: t.imports.accepted, end: true, render: (row) => formatCount(row.counts.accept) },
    { key: 'warn', title: t.imports.warned, end: true, render: (row) => formatCount(row.counts.warn) },
    { key: 'reject', title: t.imports.refused, end: true, render: (row) => formatCount(row.counts.reject) },
    { key: 'by', title: t.imports.by, render: (row) => row.by },
    {
      key: 'at',
      title: t.imports.time,
      render: (row) => <span className="nowrap">{formatInstant(row.createdAt, locale)}</span>,
    },
  ];
};
