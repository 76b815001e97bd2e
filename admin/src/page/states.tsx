import { CloudOff, Lock, RotateCw, SearchX } from './icons.tsx';
import { Button, Result, Skeleton } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { ApiError } from '../transport.ts';
import { useTexts } from '../texts/texts.ts';

/** Grey lines in place of a page that is on its way. */
export const Loading = ({ rows = 6 }: { rows?: number }) => {
  const t = useTexts();
  return (
    <div className="panel" role="status" aria-label={t.states.loading}>
      <Skeleton active paragraph={{ rows }} />
    </div>
  );
};

/** Says in words what happened, that nothing was lost, and what to do next. */
export const Failure = ({ error, onRetry }: { error: unknown; onRetry?: () => void }) => {
  const t = useTexts();
  const known = error instanceof ApiError ? error : null;
  const retry = onRetry ? (
    <Button icon={<RotateCw />} onClick={onRetry}>
      {t.states.retry}
    </Button>
  ) : null;
  if (known?.status === 404) {
    return (
      <Result
        icon={<SearchX />}
        title={<h1 className="state-title">{t.states.notFound}</h1>}
        subTitle={t.states.notFoundNote}
        extra={retry}
      />
    );
  }
  if (known?.status === 403) return <NoPermission />;
  if (known?.status === 0) {
    return (
      <Result icon={<CloudOff />} title={t.states.offline} subTitle={t.states.offlineNote} extra={retry} />
    );
  }
  return (
    <Result
      status="warning"
      title={known?.message ?? t.states.unexpected}
      subTitle={known?.requestId ? t.states.requestId(known.requestId) : t.states.unexpectedNote}
      extra={retry}
    />
  );
};

export const NoPermission = () => {
  const t = useTexts();
  return (
    <Result
      icon={<Lock />}
      title={<h1 className="state-title">{t.states.noPermission}</h1>}
      subTitle={t.states.noPermissionNote}
    />
  );
};

/** An empty list says how it gets filled. */
export const Empty = ({ title, note, act }: { title: string; note?: string; act?: ReactNode }) => (
  <div className="empty">
    <p className="empty-title">{title}</p>
    {note ? <p className="quiet">{note}</p> : null}
    {act}
  </div>
);

/** A line across the top while the browser has no network. */
export const OfflineLine = () => {
  const t = useTexts();
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const change = (): void => setOnline(navigator.onLine);
    addEventListener('online', change);
    addEventListener('offline', change);
    return () => {
      removeEventListener('online', change);
      removeEventListener('offline', change);
    };
  }, []);
  return online ? null : (
    <div className="offline" role="status">
      <CloudOff /> {t.states.offlineNote}
    </div>
  );
};

interface Waiting<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** Shows a query: skeleton while pending, the failure in words, then the data. */
export const Await = <T,>({
  of,
  rows,
  children,
}: {
  of: Waiting<T>;
  rows?: number;
  children: (data: T) => ReactNode;
}) => {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error) return <Failure error={of.error} onRetry={() => void of.refetch()} />;
  return <Loading rows={rows} />;
};
