import type { Reply } from '../client.ts';
import { Icon } from './Icon.tsx';
import type { IconName } from './Icon.tsx';
import { asideText, dateText, saidText, timeText, today } from '../format.ts';
import { inLanguage, useTexts } from '../texts/index.ts';
import './timeline.css';

type Entry = Reply<'cases', 'getMine'>['timeline'][number];

const bad: readonly Entry['kind'][] = ['returned', 'declined', 'cancelled', 'payment-failed'];

function lookOf(entry: Entry, isNow: boolean): { name: IconName; tone: string } {
  if (bad.includes(entry.kind)) return { name: 'alert', tone: 'bad' };
  if (entry.kind === 'expected') return { name: 'clock', tone: 'later' };
  if (entry.kind === 'paid' || entry.kind === 'visited') return { name: 'gift', tone: 'done' };
  return isNow ? { name: 'clock', tone: 'now' } : { name: 'check', tone: 'done' };
}

/** What happened, who holds it now, what comes next – from top to bottom. */
export function Timeline({ entries }: { entries: Entry[] }) {
  const texts = useTexts();
  const opened: readonly Entry['kind'][] = [
    'stage-opened',
    'public-notice',
    'payment-prepared',
    'payment-sent',
  ];
  const lastPast = entries.filter((entry) => entry.kind !== 'expected').length - 1;
  return (
    <ol className="list timeline">
      {entries.map((entry, at) => {
        const isNow = at === lastPast && opened.includes(entry.kind);
        const look = lookOf(entry, isNow);
        const word =
          look.tone === 'later' ? texts.progress.later : isNow ? texts.progress.now : texts.progress.done;
        return (
          <li className={`timeline-entry timeline-${look.tone}`} key={`${entry.kind}${at}`}>
            <span className="timeline-dot">
              <Icon name={look.name} />
            </span>
            <div className="row-body">
              <p className="timeline-text">
                {inLanguage(entry.text, entry.textEn)}
                <span className="visually-hidden">{asideText(word)}</span>
              </p>
              <p className="timeline-meta">
                {[
                  entry.office && !entry.text.includes(entry.office) ? entry.office : null,
                  entry.at ? timeText(entry.at) : null,
                  entry.dueOn && (isNow || !entry.at)
                    ? (entry.dueOn < today() ? texts.progress.late : texts.progress.by)(dateText(entry.dueOn))
                    : null,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
              {entry.note ? (
                <p className="timeline-note">{saidText(texts.progress.note, entry.note)}</p>
              ) : null}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
