import type { ReactNode } from 'react';
import Skeleton from '@nutui/nutui-react-taro/dist/es/packages/skeleton/index';
import '@nutui/nutui-react-taro/dist/es/packages/skeleton/style/css';
import { Button } from '../parts/Button.tsx';
import { Notice } from '../parts/Tag.tsx';
import type { Loaded } from '../loading.ts';
import { go } from '../navigation.ts';
import { useTexts } from '../texts/index.ts';

/** Shows what a page's data allows: its shape while loading, the content, or what to do instead. */
export function States<T>({
  loaded,
  reload,
  children,
}: {
  loaded: Loaded<T>;
  reload: () => void;
  children: (data: T) => ReactNode;
}) {
  const texts = useTexts();
  if (loaded.state === 'ready')
    return (
      <>
        {loaded.stale ? (
          <Notice tone="waiting" title={texts.states.staleNote}>
            <Button look="quiet" onClick={reload}>
              {texts.common.retry}
            </Button>
          </Notice>
        ) : null}
        {children(loaded.data)}
      </>
    );
  if (loaded.state === 'loading')
    return (
      <div role="status" aria-label={texts.common.loading}>
        {[0, 1, 2].map((at) => (
          <div className="card" key={at} aria-hidden="true">
            <Skeleton rows={3} animated size="normal" />
          </div>
        ))}
      </div>
    );
  const { states } = texts;
  const [title, text] =
    loaded.state === 'offline'
      ? [states.offlineTitle, states.offlineText]
      : loaded.state === 'forbidden'
        ? [states.forbiddenTitle, loaded.message || states.forbiddenText]
        : [states.failedTitle, loaded.message || states.failedText];
  return (
    <div className="card stack" role="alert">
      <Notice tone={loaded.state === 'failed' ? 'danger' : 'waiting'} icon="alert" title={title}>
        {text}
      </Notice>
      {loaded.state === 'forbidden' ? (
        <Button look="main" onClick={() => go('home')}>
          {states.toHome}
        </Button>
      ) : (
        <Button look="main" onClick={reload}>
          {texts.common.retry}
        </Button>
      )}
    </div>
  );
}

/** Nothing there yet, and what fills it. */
export function Empty({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className="card stack">
      <p className="text quiet">{text}</p>
      {children}
    </div>
  );
}
