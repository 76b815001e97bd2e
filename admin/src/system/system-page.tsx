import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { RotateCw } from '../page/icons.tsx';
import { PageHead } from '../page/page-head.tsx';
import { Await } from '../page/states.tsx';
import { ToneTag } from '../page/tone.tsx';
import { useTexts } from '../texts/texts.ts';
import { Backups, Facts, Keys } from './holdings.tsx';
import { Checks } from './checks.tsx';
import { FailedJobs, Queues } from './queues.tsx';
import { systemQuery } from './system.ts';

/** How the server fares, for who operates it: nothing personal, and every figure with what to do about it. */
export const SystemPage = () => {
  const t = useTexts();
  const queryClient = useQueryClient();
  const overview = useQuery(systemQuery);
  return (
    <>
      <PageHead
        title={t.system.title}
        note={t.system.note}
        acts={
          <Button
            icon={<RotateCw />}
            loading={overview.isFetching && { delay: 300 }}
            onClick={() => void queryClient.invalidateQueries({ queryKey: ['system'] })}
          >
            {t.system.refresh}
          </Button>
        }
      />
      <Await of={overview} rows={10}>
        {(data) => (
          <div className="stack">
            {data.notReady.length > 0 ? (
              <Alert
                type="error"
                showIcon
                title={data.notReady.map((check) => t.system.notReady[check]).join('；')}
                description={t.system.notReadyNote}
              />
            ) : (
              <p style={{ margin: 0 }}>
                <ToneTag tone="good">{t.system.ready}</ToneTag>
              </p>
            )}
            {data.mayOperate ? null : (
              <p className="quiet" style={{ margin: 0 }}>
                {t.system.readOnly}
              </p>
            )}
            <Checks mayOperate={data.mayOperate} />
            <FailedJobs overview={data} />
            <Queues overview={data} />
            <div className="two-columns">
              <Backups overview={data} />
              <Keys overview={data} />
            </div>
            <Facts overview={data} />
          </div>
        )}
      </Await>
    </>
  );
};
