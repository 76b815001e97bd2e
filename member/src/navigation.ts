import Taro from '@tarojs/taro';

/** Every page and where it lies; the four tabs first. */
export const pages = {
  home: '/home/index',
  services: '/catalogue/services/index',
  inbox: '/notifications/inbox/index',
  me: '/accounts/me/index',
  entitlements: '/claims/entitlements/index',
  apply: '/claims/apply/index',
  progress: '/cases/progress/index',
  myCases: '/cases/mine/index',
  accessLog: '/members/access-log/index',
  bankCard: '/members/bank-card/index',
  findUnion: '/unions/find/index',
  signIn: '/accounts/sign-in/index',
} as const;

export type PageName = keyof typeof pages;

/** What the browser's address bar says instead; config/index.js tells the router the same. */
const addresses: Record<PageName, string> = {
  home: '/home',
  services: '/services',
  inbox: '/inbox',
  me: '/me',
  entitlements: '/entitlements',
  apply: '/apply',
  progress: '/progress',
  myCases: '/applications',
  accessLog: '/access-log',
  bankCard: '/bank-card',
  findUnion: '/find-union',
  signIn: '/sign-in',
};

/** The page a router's path stands for: the mini-program knows files, the browser addresses. */
function findPage(path: string | undefined): PageName | undefined {
  const bare = `/${(path ?? '').split('?')[0]}`.replace('//', '/');
  const names = Object.keys(pages) as PageName[];
  return names.find((name) => bare === pages[name] || bare === addresses[name]);
}

export const tabs = ['home', 'services', 'inbox', 'me'] as const satisfies PageName[];

type Query = Record<string, string>;

function urlOf(page: PageName, query: Query = {}): string {
  const pairs = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return pairs.length ? `${pages[page]}?${pairs.join('&')}` : pages[page];
}

/** Opens a page; tabs begin afresh, so ten taps do not pile up ten pages (the mini-program allows ten in all). */
export function go(page: PageName, query?: Query): void {
  const url = urlOf(page, query);
  if ((tabs as readonly PageName[]).includes(page)) void Taro.reLaunch({ url });
  else void Taro.navigateTo({ url });
}

/** Puts a page in the place of this one: Back skips what is over, like a form already sent. */
export function replaceWith(page: PageName, query?: Query): void {
  void Taro.redirectTo({ url: urlOf(page, query) });
}

/** A page of the stack: the mini-program tells `route` and `options`, the browser's router only names of its own. */
interface Stacked {
  route?: string;
  options?: Query;
  path?: string;
  $taroParams?: Query;
}

let justSent = '';

/** Shows where a case stands once its form is sent: the page she came from, when it is that one, else a new one. */
export function showProgress(caseId: string): void {
  const stack: Stacked[] = Taro.getCurrentPages();
  const below = stack[stack.length - 2];
  const query = below?.$taroParams ?? below?.options;
  if (findPage(below?.route ?? below?.path) !== 'progress' || query?.id !== caseId)
    return replaceWith('progress', { id: caseId, sent: '1' });
  justSent = caseId;
  void Taro.navigateBack();
}

/** True once for the case whose form was just sent from above its page. */
export function takeJustSent(caseId: string): boolean {
  const mine = justSent !== '' && justSent === caseId;
  if (mine) justSent = '';
  return mine;
}

/** One page back, or home when this page was opened by its address. */
export function goBack(): void {
  if (Taro.getCurrentPages().length > 1) void Taro.navigateBack();
  else go('home');
}

/** Sends a signed-out person to the sign-in page, and afterwards back to where she was. */
export function askToSignIn(): void {
  const current = Taro.getCurrentInstance().router;
  const next = findPage(current?.path) ?? 'home';
  if (next === 'signIn') return;
  const query: Query = {};
  for (const [key, value] of Object.entries(current?.params ?? {}))
    if (value && key !== '$taroTimestamp' && key !== 'stamp') query[key] = value;
  void Taro.reLaunch({ url: urlOf('signIn', { next, query: JSON.stringify(query) }) });
}

/** Goes on to where sign-in interrupted; only names of our own pages are obeyed. */
export function continueAfterSignIn(next: string | undefined, query: string | undefined): void {
  if (!next || !(next in pages) || next === 'signIn') return go('home');
  let parsed: Query = {};
  try {
    parsed = JSON.parse(decodeURIComponent(query ?? '{}')) as Query;
  } catch {
    // A mangled address leads to the plain page.
  }
  void Taro.reLaunch({ url: urlOf(next as PageName, parsed) });
}
