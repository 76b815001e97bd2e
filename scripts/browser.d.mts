/** Options for playwright-core's `chromium.launch()`; see browser.mjs. */
export interface ResolvedBrowser {
  executablePath: string;
  args: string[];
  env: Record<string, string>;
}

export function resolveBrowser(): Promise<ResolvedBrowser>;
