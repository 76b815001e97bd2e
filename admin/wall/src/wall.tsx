import { useEffect } from 'react';
import { goTo, useUnionId } from './address.ts';
import { DaysStrip } from './days-strip.tsx';
import { useFeed } from './feed.ts';
import { Header } from './header.tsx';
import { HelpPanel } from './help-panel.tsx';
import { UnionMap } from './map/union-map.tsx';
import type { Moment, Overview } from './overview.ts';
import { PeoplePanel } from './people-panel.tsx';
import { PlacesChart } from './places-chart.tsx';
import { Notice, Skeleton } from './states.tsx';
import { SignIn } from './sign-in.tsx';
import { Ticker } from './ticker.tsx';
import { useTexts } from './texts/texts.ts';

/** The whole wall: one union of the tree, its figures, its map. */
export function Wall() {
  const texts = useTexts();
  const unionId = useUnionId();
  const feed = useFeed(unionId);
  const { overview, answer } = feed;
  useUpward(overview);
  useEffect(() => {
    document.title = `${overview?.union.name ?? texts.product} · ${texts.title}`;
  }, [overview, texts]);

  if (answer === 'signed-out') return <SignIn onSignedIn={feed.retry} />;
  if (answer === 'forbidden')
    return <Notice title={texts.noPermission} text={texts.noPermissionHint} signIn />;
  if (answer === 'missing') return <Notice title={texts.notFound} text={texts.notFoundHint} toStart />;
  const moments = overview === null ? [] : newestFirst(feed.pulses, overview.moments);
  return (
    <div className={`wall${feed.flow === 'stopped' ? ' wall-stopped' : ''}`}>
      <Header overview={overview} flow={feed.flow} asOf={feed.asOf} />
      {overview === null ? (
        <Skeleton failed={answer === 'failed'} onRetry={feed.retry} />
      ) : (
        <main className="stage" key={overview.union.id}>
          <PeoplePanel overview={overview} />
          <div className="centre">
            <UnionMap overview={overview} pulses={feed.pulses} />
            <PlacesChart overview={overview} />
          </div>
          <div className="right">
            <HelpPanel overview={overview} />
            <DaysStrip days={overview.days} />
          </div>
        </main>
      )}
      {overview !== null && <Ticker moments={moments} />}
    </div>
  );
}

function newestFirst(fresh: Moment[], known: Moment[]): Moment[] {
  const all = new Map([...fresh, ...known].map((moment) => [moment.id, moment]));
  return [...all.values()].sort((a, b) => b.at.localeCompare(a.at));
}

/** Esc and Backspace go up one level, as the keys of a remote control do. */
function useUpward(overview: Overview | null): void {
  const above = overview?.ancestors.at(-1)?.id ?? null;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.key === 'Escape' || event.key === 'Backspace') && above !== null) {
        event.preventDefault();
        goTo(above);
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [above]);
}
