import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { wechat } from './wechat.ts';
import type { Answer, Node, PageInstance, Sent } from './wechat.ts';

const member = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(member, 'dist/weapp');

/** Builds the mini-program when it is not there; `npm test` has built it before. */
export function ensureBuilt(): void {
  if (!existsSync(path.join(dist, 'app.json')))
    execFileSync(process.execPath, ['scripts/build.mjs', 'weapp'], { cwd: member, stdio: 'pipe' });
}

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
  readonly answer: Answer;
  private readonly elements = elementNames();
  private app: Record<string, unknown> = {};
  private declared: Record<string, unknown> | null = null;
  /** What the test's own answers threw. */
  broken: unknown = null;
  /** What the camera gives: path and bytes. */
  photos: { path: string; bytes: Uint8Array }[] = [];

  constructor(answer: Answer) {
    this.answer = answer;
    this.context = vm.createContext({
      wx: wechat(this),
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

  leave(page: PageInstance): void {
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
}
