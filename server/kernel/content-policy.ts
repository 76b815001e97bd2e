import { createHash, randomBytes } from 'node:crypto';

/**
 * What a page may load, as the header's value: scripts and styles of our own files alone. `style` names the one inline
 * style that may stand beside them, `'nonce-…'` or `'sha256-…'`. Style attributes in HTML are never allowed; React sets
 * styles through the object model, which the policy does not concern.
 */
export function contentPolicy(style = ''): string {
  const styles = ["'self'", style].filter(Boolean).join(' ');
  return `default-src 'self'; script-src 'self'; style-src ${styles}; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
}

/** The source expression of a text that stands in a `<style>` as it is. */
export const styleHash = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const place = '__CSP_NONCE__';

/** A front end's entry page with a nonce of this reply in its place, and the policy that goes with it. */
export function withNonce(html: string): { html: string; policy: string } {
  const nonce = randomBytes(16).toString('base64');
  return { html: html.replaceAll(place, nonce), policy: contentPolicy(`'nonce-${nonce}'`) };
}
