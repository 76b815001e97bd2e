import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Progress } from 'antd';
import { api } from '../client.ts';
import { useAct } from '../page/act.ts';
import { Await } from '../page/states.tsx';
import { ToneTag } from '../page/tone.tsx';
import { formatCount, formatInstant } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { checksQuery, type Check } from './system.ts';

/** The three proofs: what each last found, and one under way. */
export const Checks = ({ mayOperate }: { mayOperate: boolean }) => {
  const t = useTexts();
  const checks = useQuery(checksQuery);
  return (
    <section className="panel" aria-label={t.system.checks}>
      <h2 className="section-title">
        {t.system.checks} <span className="section-note quiet">{t.system.checksNote(mayOperate)}</span>
      </h2>
      <Await of={checks} rows={3}>
        {({ items }) => (
          <div
            className="figures"
            style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(min(240px, 100%), 1fr))' }}
          >
            {items.map((check) => (
              <CheckCard key={check.name} check={check} mayOperate={mayOperate} />
            ))}
          </div>
        )}
      </Await>
    </section>
  );
};

const CheckCard = ({ check, mayOperate }: { check: Check; mayOperate: boolean }) => {
  const t = useTexts();
  const queryClient = useQueryClient();
  const act = useAct();
  const name = t.system.checkNames[check.name];
  const run = async (): Promise<void> => {
    await api.system.runCheck({ params: { name: check.name } });
    await queryClient.invalidateQueries({ queryKey: checksQuery.queryKey });
  };
  return (
    <div className="figure">
      <div className="row" style={{ marginBottom: 4 }}>
        <strong className="grow">{name}</strong>
        {mayOperate ? (
          <Button
            size="small"
            aria-label={t.system.checkRunOf(name)}
            disabled={check.state !== 'idle'}
            loading={act.busy}
            onClick={() => void act.run(run, t.system.checkAsked)}
          >
            {t.system.checkRun}
          </Button>
        ) : null}
      </div>
      {check.state === 'idle' ? <LastResult last={check.last} /> : <UnderWay check={check} />}
    </div>
  );
};

const UnderWay = ({ check: { state, progress } }: { check: Check }) => {
  const t = useTexts();
  if (state === 'waiting') return <ToneTag tone="waiting">{t.system.checkWaiting}</ToneTag>;
  return (
    <div role="status">
      <ToneTag tone="info">
        {progress ? t.system.checkProgress(progress.done, progress.total) : t.system.checkRunning}
      </ToneTag>
      {progress ? (
        <Progress
          percent={Math.round((100 * progress.done) / progress.total)}
          size="small"
          showInfo={false}
          aria-label={t.system.checkRunning}
        />
      ) : null}
    </div>
  );
};

const LastResult = ({ last }: { last: Check['last'] }) => {
  const t = useTexts();
  const locale = useLocale();
  if (!last) return <ToneTag tone="plain">{t.system.checkNever}</ToneTag>;
  const particulars = [
    formatInstant(last.at, locale),
    last.rows === null ? null : t.system.checkRows(formatCount(last.rows)),
    last.place === null ? null : t.system.checkPlace(last.place),
  ];
  return (
    <>
      <ToneTag tone={last.ok ? 'good' : 'danger'}>
        {last.ok ? t.system.checkOk : t.system.checkFaults(last.faults)}
      </ToneTag>
      <div className="quiet number-wrap">{particulars.filter(Boolean).join(' · ')}</div>
    </>
  );
};
