import type { ReactNode } from 'react';
import { useEffect } from 'react';
import Taro from '@tarojs/taro';
import { Icon } from '../parts/Icon.tsx';
import type { PageName } from '../navigation.ts';
import { goBack } from '../navigation.ts';
import { useSession } from '../session.ts';
import { useSettings } from '../settings.ts';
import { useTexts } from '../texts/index.ts';
import { TabBar } from './TabBar.tsx';
import { themeOf } from './theme.ts';
import './page.css';

interface PageProps {
  title: string;
  /** The tab this page is, when it is one; others get a way back. */
  tab?: PageName;
  /** Stays above the tab bar: the one thing to do on this page. */
  action?: ReactNode;
  /** Something in the red header below the title. */
  banner?: ReactNode;
  children: ReactNode;
}

/** The mini-program's page begins under the phone's own status bar. */
const statusBar =
  process.env.TARO_ENV === 'weapp'
    ? `${Taro.getWindowInfo().statusBarHeight ?? 24}px`
    : 'env(safe-area-inset-top)';

/** The frame of every page: header, content, what to do, and the bar with 找工会 within a thumb's reach. */
export function Page({ title, tab, action, banner, children }: PageProps) {
  const texts = useTexts();
  const { elder, language } = useSettings();
  const session = useSession();

  useEffect(() => {
    void Taro.setNavigationBarTitle({ title: `${title} · ${texts.appName}` });
    if (process.env.TARO_ENV === 'h5') document.documentElement.lang = language;
  }, [title, texts, language]);

  return (
    <div className={`page${elder ? ' elder' : ''}`} style={themeOf(elder)}>
      <header className="page-header" style={{ paddingTop: statusBar }}>
        <div className="page-bar">
          {tab && tab !== 'findUnion' ? (
            <span className="page-mark" aria-hidden="true" lang="zh-CN">
              工
            </span>
          ) : (
            <button type="button" className="page-back" onClick={goBack} aria-label={texts.common.back}>
              <Icon name="back" />
            </button>
          )}
          <h1 className="page-title">{title}</h1>
        </div>
        {banner}
      </header>
      <main className="page-main">
        {children}
        {session?.demo ? <p className="page-demo">{texts.common.demoNote}</p> : null}
      </main>
      <footer className="page-foot">
        {action ? <div className="page-action">{action}</div> : null}
        <TabBar current={tab} />
      </footer>
    </div>
  );
}
