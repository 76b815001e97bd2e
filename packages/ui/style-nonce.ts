/** As much of a browser's `document` as is needed here; the mini-program has none. */
interface Page {
  querySelector(selector: string): unknown;
  createElement(name: string, options?: object): unknown;
}

/**
 * From here on every style element made by script carries the nonce of the page's policy. antd's styles, its lock of the
 * scrolled page and Taro's own take no nonce, or not everywhere; without one the browser would ignore them. Text that is
 * put in as HTML, which is what an attacker might reach, gets none.
 */
export function giveStylesTheNonce(page: Page): void {
  const place = page.querySelector('meta[property="csp-nonce"]') as { nonce?: string } | null;
  const nonce = place?.nonce;
  if (!nonce) return;
  const make = page.createElement.bind(page);
  page.createElement = (name, options) => {
    const element = make(name, options);
    if (name.toLowerCase() === 'style') (element as { nonce: string }).nonce = nonce;
    return element;
  };
}
