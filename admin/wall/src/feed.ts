import { useCallback, useEffect, useRef, useState } from 'react';
import { fetchOverview } from './fetch-overview.ts';
import type { Answer } from './fetch-overview.ts';
import type { Moment, Overview } from './overview.ts';

/** How the stream is doing: `live` data is at most a few seconds old; `stopped` says the picture is not. */
export type Flow = 'connecting' | 'live' | 'stopped';

export interface Feed {
  overview: Overview | null;
  answer: Answer['kind'] | 'loading';
  flow: Flow;
  /** Until when the picture is known to be true. */
  asOf: string | null;
  /** Moments of the last seconds, to pulse on the map. */
  pulses: Moment[];
  retry: () => void;
}

/** The server ticks every ten seconds even when nothing happens; two missed ticks mean that the feed stands still. */
const silenceMs = 25_000;
const pulseMs = 9_000;
const retryMs = 5_000;
/** Many folds may come in one second during an import; the figures are read at most this often. */
const readEveryMs = 1_000;
/** Without any change the figures are still read now and then: at midnight 'today' begins anew. */
const readAnywayMs = 5 * 60_000;

/** Figures of a union, kept live by the server's event stream. */
export function useFeed(unionId: string | null): Feed {
  const [overview, setOverview] = useState<Overview | null>(null);
  const [answer, setAnswer] = useState<Feed['answer']>('loading');
  const [flow, setFlow] = useState<Flow>('connecting');
  const [asOf, setAsOf] = useState<string | null>(null);
  const [pulses, setPulses] = useState<Moment[]>([]);
  const readRef = useRef<() => void>(() => {});

  useEffect(() => {
    const abort = new AbortController();
    let reading = false;
    let again = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    setAnswer('loading');
    const read = async (): Promise<void> => {
      if (reading) {
        again = true;
        return;
      }
      reading = true;
      clearTimeout(timer);
      const result = await fetchOverview(unionId, abort.signal);
      if (abort.signal.aborted) return;
      setAnswer(result.kind);
      if (result.kind === 'ok') {
        setOverview(result.overview);
        setAsOf((known) => (known !== null && known > result.overview.asOf ? known : result.overview.asOf));
      }
      timer = setTimeout(
        () => {
          reading = false;
          if (again || result.kind === 'failed') {
            again = false;
            void read();
          }
        },
        result.kind === 'failed' ? retryMs : readEveryMs,
      );
    };
    const readNow = (): void => {
      clearTimeout(timer);
      reading = false;
      void read();
    };
    const readSoon = (): void => void read();
    readRef.current = readNow;
    const anyway = setInterval(readSoon, readAnywayMs);
    void read();
    const close = openStream(unionId, {
      onTick: (at, changed) => {
        setFlow('live');
        setAsOf(at);
        if (changed) readSoon();
      },
      onMoment: (moment) => {
        setPulses((now) => [moment, ...now.filter((other) => other.id !== moment.id)].slice(0, 12));
        setTimeout(() => setPulses((now) => now.filter((other) => other.id !== moment.id)), pulseMs);
      },
      onSilence: () => setFlow((now) => (now === 'connecting' ? now : 'stopped')),
      onLost: () => {
        setFlow((now) => (now === 'live' ? 'stopped' : now));
        // An ended session closes the stream too; reading tells the two apart.
        readSoon();
      },
    });
    return () => {
      abort.abort();
      clearTimeout(timer);
      clearInterval(anyway);
      close();
    };
  }, [unionId]);

  const retry = useCallback(() => readRef.current(), []);
  return { overview, answer, flow, asOf, pulses, retry };
}

interface StreamEvents {
  onTick: (asOf: string, changed: boolean) => void;
  onMoment: (moment: Moment) => void;
  onSilence: () => void;
  onLost: () => void;
}

/** Opens the event stream and reopens it for as long as the page lives. Returns the function that closes it. */
function openStream(unionId: string | null, events: StreamEvents): () => void {
  let source: EventSource | null = null;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let reopen: ReturnType<typeof setTimeout> | undefined;
  let version: number | null = null;
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(events.onSilence, silenceMs);
  };
  const open = (): void => {
    source = new EventSource(`/api/v1/dashboards/stream${unionId === null ? '' : `?unionId=${unionId}`}`);
    source.addEventListener('tick', (event: MessageEvent<string>) => {
      heard();
      const tick = JSON.parse(event.data) as { asOf: string; version: number };
      events.onTick(tick.asOf, version !== tick.version);
      version = tick.version;
    });
    source.addEventListener('moment', (event: MessageEvent<string>) => {
      heard();
      events.onMoment(JSON.parse(event.data) as Moment);
    });
    // The server ends every stream after some minutes, so that a taken-back right ends too.
    source.addEventListener('end', () => {
      source?.close();
      open();
    });
    source.addEventListener('error', () => {
      source?.close();
      events.onLost();
      clearTimeout(reopen);
      reopen = setTimeout(open, retryMs);
    });
  };
  heard();
  open();
  return () => {
    source?.close();
    clearTimeout(silence);
    clearTimeout(reopen);
  };
}
