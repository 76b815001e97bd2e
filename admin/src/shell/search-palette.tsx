import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Input, Modal, Spin, type InputRef } from 'antd';
import { useDeferredValue, useEffect, useRef, useState } from 'react';
import { itemOf } from '../cases/cases.ts';
import { api } from '../client.ts';
import { Search } from '../page/icons.tsx';
import { holds, useSession, type Session } from '../session.ts';
import { useTexts, type Texts } from '../texts/texts.ts';
import { placesFor } from './places.ts';

interface Hit {
  key: string;
  group: string;
  title: string;
  note: string;
  path: string;
}

const pageHits = (words: string, session: Session, t: Texts): Hit[] =>
  placesFor(session)
    .flatMap((entry) => entry.places)
    .filter(
      (place) =>
        words === '' ||
        t.shell.pages[place.page].toLowerCase().includes(words) ||
        place.pinyin.includes(words),
    )
    .slice(0, words === '' ? 12 : 4)
    .map((place) => ({
      key: `page-${place.page}`,
      group: t.shell.searchPages,
      title: t.shell.pages[place.page],
      note: '',
      path: place.path,
    }));

/** People, unions and cases of my scope that match; a kind I may not see is not asked for. */
const findHits = async (words: string, session: Session, t: Texts, signal: AbortSignal): Promise<Hit[]> => {
  const query = { q: words, pageSize: 5 };
  const [unions, members, cases] = await Promise.all([
    holds(session, 'unions.view') ? api.unions.list({ query }, { signal }) : null,
    holds(session, 'members.view') ? api.members.list({ query }, { signal }) : null,
    holds(session, 'cases.view') ? api.cases.list({ query: { ...query, view: 'all' } }, { signal }) : null,
  ]);
  return [
    ...(cases?.items ?? []).map((row) => ({
      key: row.id,
      group: t.shell.searchCases,
      title: `${row.applicantName} · ${itemOf(row)}`,
      note: `${row.number} · ${t.cases.statuses[row.status]}`,
      path: `/cases/${row.id}`,
    })),
    ...(members?.items ?? []).map((row) => ({
      key: row.id,
      group: t.shell.searchMembers,
      title: row.name,
      note: row.union.name,
      path: `/members/${row.id}`,
    })),
    ...(unions?.items ?? []).map((row) => ({
      key: row.id,
      group: t.shell.searchUnions,
      title: row.name,
      note: row.superior?.name ?? '',
      path: `/unions/${row.id}`,
    })),
  ];
};

/** Ctrl-K: one box over people, unions, cases and pages; arrows and Enter, or the mouse. */
export const SearchPalette = ({ open, onClose }: { open: boolean; onClose: () => void }) => {
  const t = useTexts();
  const session = useSession();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const input = useRef<InputRef>(null);
  const words = useDeferredValue(typed.trim());
  const found = useQuery({
    queryKey: ['search', words],
    queryFn: async ({ signal }) => {
      // A pause in the typing before three lists are asked for; the signal ends it when the words change.
      await new Promise((resolve) => setTimeout(resolve, 180));
      if (signal.aborted) return [];
      return findHits(words, session, t, signal);
    },
    enabled: open && words.length > 0,
    gcTime: 0,
  });
  const hits = [...pageHits(words.toLowerCase(), session, t), ...(words ? (found.data ?? []) : [])];
  const here = Math.min(at, Math.max(0, hits.length - 1));
  useEffect(() => {
    if (open) {
      setTyped('');
      setAt(0);
    }
  }, [open]);
  const go = (hit: Hit | undefined): void => {
    if (!hit) return;
    onClose();
    void navigate({ to: hit.path as never, search: {} as never });
  };
  return (
    <Modal
      open={open}
      onCancel={onClose}
      footer={null}
      closable={false}
      width={600}
      style={{ top: 72 }}
      title={<span className="visually-hidden">{t.shell.search}</span>}
      afterOpenChange={(shown) => shown && input.current?.focus()}
      className="palette"
      destroyOnHidden
    >
      <Input
        ref={input}
        // At once, for what is typed while the box still moves in; the dialog may take it away when it has arrived.
        autoFocus
        size="large"
        variant="borderless"
        prefix={<Search />}
        suffix={found.isFetching ? <Spin size="small" /> : null}
        value={typed}
        placeholder={t.shell.searchHint}
        aria-label={t.shell.searchHint}
        role="combobox"
        aria-expanded={hits.length > 0}
        aria-controls="palette-hits"
        aria-activedescendant={hits[here] ? `hit-${here}` : undefined}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(here + 1, hits.length - 1));
          else if (event.key === 'ArrowUp') setAt(Math.max(here - 1, 0));
          else if (event.key === 'Enter' && !event.nativeEvent.isComposing) go(hits[here]);
          else return;
          event.preventDefault();
        }}
      />
      <div role="listbox" id="palette-hits" aria-label={t.shell.search} className="palette-hits">
        {hits.map((hit, index) => (
          <div
            key={hit.key}
            id={`hit-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === here}
            className="palette-hit"
            onClick={() => go(hit)}
            onKeyDown={(event) => event.key === 'Enter' && go(hit)}
            onMouseMove={() => index !== here && setAt(index)}
          >
            <span className="palette-group">{hit.group}</span>
            <span className="grow">{hit.title}</span>
            <span className="quiet">{hit.note}</span>
          </div>
        ))}
        {words && hits.length === 0 && !found.isFetching ? (
          <p className="quiet palette-none">{t.shell.searchEmpty}</p>
        ) : null}
      </div>
    </Modal>
  );
};
