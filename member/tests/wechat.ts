/** A node as Taro hands it to WeChat's renderer: name, children, text, id. */
export interface Node {
  nn?: string;
  cn?: Node[];
  v?: string;
  sid?: string;
  uid?: string;
  cl?: string;
  [attribute: string]: unknown;
}

export interface PageInstance {
  route: string;
  options: Record<string, string>;
  data: { root?: Node };
  setData: (change: Record<string, unknown>, done?: () => void) => void;
  [member: string]: unknown;
}

/** One call of `wx.request`. */
export interface Sent {
  method: string;
  path: string;
  header: Record<string, string>;
  data: unknown;
}

export type Answer = (sent: Sent) => { status: number; body: unknown };
type Options = Record<string, unknown> & {
  success?: (result: unknown) => void;
  fail?: (error: unknown) => void;
  complete?: (result: unknown) => void;
};

/** What the phone keeps and WeChat's functions work on. */
interface Handset {
  readonly sent: Sent[];
  readonly storage: Map<string, unknown>;
  readonly stack: PageInstance[];
  readonly page: PageInstance;
  readonly answer: Answer;
  /** What the camera gives: path and bytes. */
  photos: { path: string; bytes: Uint8Array }[];
  broken: unknown;
  open(url: string): void;
  leave(page: PageInstance): void;
}

/** The functions of `wx` the app calls, over what the phone keeps. */
export function wechat(phone: Handset): Record<string, unknown> {
  // As WeChat does: calls back, or gives a promise when there is nothing to call.
  const done = (options: Options, result: object = {}): unknown => {
    if (!options.success && !options.complete) return Promise.resolve(result);
    setTimeout(() => {
      options.success?.(result);
      options.complete?.(result);
    }, 1);
    return undefined;
  };
  const go = (clear: (stack: PageInstance[]) => PageInstance[]) => (options: Options & { url: string }) => {
    for (const page of clear(phone.stack)) {
      phone.leave(page);
      phone.stack.splice(phone.stack.indexOf(page), 1);
    }
    phone.open(options.url);
    done(options);
  };
  return {
    canIUse: () => true,
    nextTick: (run: () => void) => setTimeout(run, 0),
    getSystemInfoSync: () => ({
      platform: 'devtools',
      windowWidth: 375,
      windowHeight: 667,
      SDKVersion: '3.0.0',
    }),
    getWindowInfo: () => ({ windowWidth: 375, windowHeight: 667, statusBarHeight: 24 }),
    getLaunchOptionsSync: () => ({ path: 'home/index', query: {} }),
    getStorageSync: (key: string) => phone.storage.get(key) ?? '',
    setStorageSync: (key: string, value: unknown) => void phone.storage.set(key, structuredClone(value)),
    removeStorageSync: (key: string) => void phone.storage.delete(key),
    setNavigationBarTitle: done,
    pageScrollTo: done,
    onNetworkStatusChange: () => undefined,
    navigateTo: go(() => []),
    redirectTo: go((stack) => stack.slice(-1)),
    reLaunch: go((stack) => [...stack]),
    navigateBack: (options: Options) => {
      const page = phone.stack.pop();
      if (page) phone.leave(page);
      (phone.page.onShow as (() => void) | undefined)?.call(phone.page);
      done(options);
    },
    chooseMedia: (options: Options) =>
      done(options, {
        tempFiles: phone.photos.map(({ path: tempFilePath, bytes }) => ({
          tempFilePath,
          size: bytes.length,
        })),
      }),
    getFileSystemManager: () => ({
      readFile: ({
        filePath,
        position,
        length,
        ...options
      }: Options & { filePath: string; position: number; length: number }) => {
        const photo = phone.photos.find((one) => one.path === filePath);
        const data = photo?.bytes.slice(position, position + length).buffer;
        done(options as Options, { data });
      },
    }),
    downloadFile: (options: Options) =>
      done(options, { statusCode: 200, tempFilePath: 'wxfile://preview.jpg' }),
    request: (
      options: Options & { url: string; method?: string; header?: Record<string, string>; data?: unknown },
    ) => {
      const sent: Sent = {
        method: options.method ?? 'GET',
        path: options.url.replace(/^https?:\/\/[^/]+\/api\/v1/, ''),
        header: options.header ?? {},
        data: options.data,
      };
      if (!['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE'].includes(sent.method))
        throw new Error(`wx.request knows no ${sent.method}`);
      phone.sent.push(sent);
      let answered: ReturnType<Answer>;
      try {
        answered = phone.answer(sent);
      } catch (error) {
        // To the app it looks like a lost line; the test must not take it for one.
        phone.broken = error;
        throw error;
      }
      const { status, body } = answered;
      done(options, { statusCode: status, data: JSON.stringify(body), header: {} });
      return { abort: () => undefined };
    },
  };
}
