import { Icon } from '../parts/Icon.tsx';
import type { IconName } from '../parts/Icon.tsx';
import type { PageName } from '../navigation.ts';
import { go } from '../navigation.ts';
import { useTexts } from '../texts/index.ts';
import './tab-bar.css';

const cells: (PageName & ('home' | 'services' | 'findUnion' | 'inbox' | 'me'))[] = [
  'home',
  'services',
  'findUnion',
  'inbox',
  'me',
];

/** The four tabs, and in the middle 「找工会」 on every page. */
export function TabBar({ current }: { current?: PageName | undefined }) {
  const texts = useTexts();
  return (
    <nav className="tab-bar" aria-label={texts.tabs.label}>
      {cells.map((page) => {
        const help = page === 'findUnion';
        const name = help ? texts.findUnion : texts.tabs[page];
        const here = page === current;
        return (
          <button
            key={page}
            type="button"
            className={`tab${help ? ' tab-help' : ''}${here ? ' tab-here' : ''}`}
            {...(here ? { 'aria-current': 'page' as const } : {})}
            onClick={() => {
              if (!here) go(page);
            }}
          >
            <span className="tab-icon">
              <Icon name={help ? 'help' : (page as IconName)} />
            </span>
            <span className="tab-name">{name}</span>
          </button>
        );
      })}
    </nav>
  );
}
