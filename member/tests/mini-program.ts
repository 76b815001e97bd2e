import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

const member = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(member, 'dist/weapp');

/** Builds the mini-program when it is not there; `npm test` has built it before. */
export function ensureBuilt(): void {
  if (!existsSync(path.join(dist, 'app.json')))
    execFileSync(process.execPath, ['scripts/build.mjs', 'weapp'], { cwd: member, stdio: 'pipe' });
}

/** A node as Taro hands it to WeChat's renderer: name, children, text, id. */
interface Node {
  nn?: string;
  cn?: Node[];
  v?: string;
  sid?: string;
  uid?: string;
  cl?: string;
  [attribute: string]: unknown;
}

interface PageInstance {
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

type Answer = (sent: Sent) => { status: number; body: unknown };
type Options = Record<string, unknown> & {
  success?: (result: unknown) => void;
  fail?: (error: unknown) => void;
  complete?: (result: unknown) => void;
};

/** What each short node name of the bundle is in WXML: the templates Taro wrote beside it say so. */
function elementNames(): Map<string, string> {
  const wxml = readFileSync(path.join(dist, 'base.wxml'), 'utf8');
  const names = new Map<string, string>();
  for (const [, short = '', element = ''] of wxml.matchAll(/<template name="tmpl_0_(\w+)">\s*<([\w-]+)/g))
    // Boxes to type in have two templates, with the focus and without; the plain name only chooses between them.
    if (element !== 'template') names.set(short.replace(/_(focus|blur)$/, ''), element);
  return names;
}

function assign(data: Record<string, unknown>, key: string, value: unknown): void {
  const steps = key.split('.').map((step) => step.replace(/^\[(\d+)\]$/, '$1'));
  const last = steps.pop() as string;
  let at = data as Record<string, unknown>;
  for (const step of steps) at = (at[step] ??= {}) as Record<string, unknown>;
  at[last] = value;
}

/** The phone: runs the built bundle as WeChat would, and lets a test look, tap and type. */
export class Phone {
  readonly sent: Sent[] = [];
  readonly storage = new Map<string, unknown>();
  readonly stack: PageInstance[] = [];
  private readonly modules = new Map<string, { exports: unknown }>();
  private readonly context: vm.Context;
  private readonly answer: Answer;
  private readonly elements = elementNames();
  private app: Record<string, unknown> = {};
  private declared: Record<string, unknown> | null = null;
  private broken: unknown = null;
  /** What the camera gives: path and bytes. */
  photos: { path: string; bytes: Uint8Array }[] = [];

  constructor(answer: Answer) {
    this.answer = answer;
    this.context = vm.createContext({
      wx: this.wx(),
      App: (config: Record<string, unknown>) => {
        this.app = config;
      },
      Page: (config: Record<string, unknown>) => {
        this.declared = config;
      },
      Component: (config: Record<string, unknown>) => {
        this.declared = config;
      },
      getApp: () => this.app,
      getCurrentPages: () => this.stack,
      setTimeout,
      clearTimeout,
      setInterval,
      clearInterval,
      console,
    });
    // WeChat's scripts know the global object by this name.
    (this.context as { global?: unknown }).global = this.context;
    this.load('app.js');
    (this.app.onLaunch as (options: object) => void).call(this.app, { path: 'home/index', query: {} });
  }

  private load(file: string): unknown {
    const known = this.modules.get(file);
    if (known) return known.exports;
    const module = { exports: {} as unknown };
    this.modules.set(file, module);
    const code = readFileSync(path.join(dist, file), 'utf8');
    const run = vm.runInContext(`(function (require, module, exports) {${code}\n})`, this.context, {
      filename: file,
    }) as (require: (name: string) => unknown, module: object, exports: unknown) => void;
    run((name) => this.load(path.posix.join(path.posix.dirname(file), name)), module, module.exports);
    return module.exports;
  }

  /** Opens a page as `wx.navigateTo` does. */
  open(url: string): void {
    const [route = '', query = ''] = url.replace(/^\//, '').split('?');
    this.declared = null;
    this.modules.delete(`${route}.js`);
    this.load(`${route}.js`);
    const config = this.declared as Record<string, unknown> | null;
    if (!config) throw new Error(`no such page: ${url}`);
    const page: PageInstance = {
      ...config,
      route,
      options: {},
      data: structuredClone((config.data as object | undefined) ?? {}),
      setData(change, done) {
        for (const [key, value] of Object.entries(JSON.parse(JSON.stringify(change)) as object))
          assign(page.data as Record<string, unknown>, key, value);
        setTimeout(() => done?.(), 0);
      },
    };
    // WeChat hands the query over as it stands in the address, still encoded.
    const options = Object.fromEntries(
      query
        .split('&')
        .filter(Boolean)
        .map((pair) => pair.split('=') as [string, string]),
    );
    page.options = options;
    this.stack.push(page);
    for (const [event, argument] of [['onLoad', options], ['onShow'], ['onReady']] as const)
      (page[event] as ((argument?: object) => void) | undefined)?.call(page, argument);
  }

  get page(): PageInstance {
    const top = this.stack[this.stack.length - 1];
    if (!top) throw new Error('no page is open');
    return top;
  }

  private leave(page: PageInstance): void {
    (page.onUnload as (() => void) | undefined)?.call(page);
  }

  private nodes(node: Node | undefined = this.page.data.root): Node[] {
    if (!node) return [];
    return [node, ...Object.values(node.cn ?? {}).flatMap((child) => this.nodes(child))];
  }

  private textOf(node: Node): string {
    return (
      (node.v ?? '') +
      Object.values(node.cn ?? {})
        .map((child) => this.textOf(child))
        .join('')
    );
  }

  /** Everything that can be read on the page. */
  text(): string {
    return this.page.data.root ? this.textOf(this.page.data.root) : '';
  }

  /** Waits until a text stands on the page. */
  async see(text: string, patienceMs = 5000): Promise<void> {
    const until = Date.now() + patienceMs;
    while (!this.text().includes(text)) {
      if (this.broken) throw this.broken;
      if (Date.now() > until) throw new Error(`「${text}」 is not on ${this.page.route}: ${this.text()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private fire(node: Node, type: string, detail: object = {}): void {
    const id = (node.uid ?? node.sid) as string;
    const target = { id, dataset: { sid: node.sid } };
    (this.page.eh as (event: object) => void).call(this.page, {
      type,
      detail,
      target,
      currentTarget: target,
      timeStamp: Date.now(),
    });
  }

  private elementOf(node: Node): string {
    return this.elements.get(node.nn ?? '') ?? '';
  }

  private named(name: string): Node {
    const button = this.nodes().find(
      (node) => this.elementOf(node) === 'button' && this.textOf(node).includes(name),
    );
    if (!button) throw new Error(`no button 「${name}」 on ${this.page.route}: ${this.text()}`);
    return button;
  }

  /** Taps the button whose words contain the name. */
  tap(name: string): void {
    this.fire(this.named(name), 'tap');
  }

  /** Types into the box with this id. */
  type(id: string, value: string): void {
    const box = this.nodes().find((node) => node.uid === id && /input|textarea/.test(this.elementOf(node)));
    if (!box) throw new Error(`no box ${id} on ${this.page.route}`);
    this.fire(box, 'input', { value });
  }

  /** Picks a day in the n-th date picker. */
  pickDate(at: number, value: string): void {
    const picker = this.nodes().filter((node) => this.elementOf(node) === 'picker')[at];
    if (!picker) throw new Error(`no ${at + 1}th date picker on ${this.page.route}`);
    this.fire(picker, 'change', { value });
  }

  private wx(): Record<string, unknown> {
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
      for (const page of clear(this.stack)) {
        this.leave(page);
        this.stack.splice(this.stack.indexOf(page), 1);
      }
      this.open(options.url);
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
      getStorageSync: (key: string) => this.storage.get(key) ?? '',
      setStorageSync: (key: string, value: unknown) => void this.storage.set(key, structuredClone(value)),
      removeStorageSync: (key: string) => void this.storage.delete(key),
      setNavigationBarTitle: done,
      pageScrollTo: done,
      onNetworkStatusChange: () => undefined,
      navigateTo: go(() => []),
      redirectTo: go((stack) => stack.slice(-1)),
      reLaunch: go((stack) => [...stack]),
      navigateBack: (options: Options) => {
        const page = this.stack.pop();
        if (page) this.leave(page);
        (this.page.onShow as (() => void) | undefined)?.call(this.page);
        done(options);
      },
      chooseMedia: (options: Options) =>
        done(options, {
          tempFiles: this.photos.map(({ path: tempFilePath, bytes }) => ({
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
          const photo = this.photos.find((one) => one.path === filePath);
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
        this.sent.push(sent);
        let answered: ReturnType<Answer>;
        try {
          answered = this.answer(sent);
        } catch (error) {
          // To the app it looks like a lost line; the test must not take it for one.
          this.broken = error;
          throw error;
        }
        const { status, body } = answered;
        done(options, { statusCode: status, data: JSON.stringify(body), header: {} });
        return { abort: () => undefined };
      },
    };
  }
}
