/** What was typed, wherever the target keeps it: the mini-program in `detail`, the browser in the element. */
export function typed(event: unknown): string {
  const { detail, target } = event as { detail?: { value?: unknown }; target?: { value?: unknown } };
  const value = detail && typeof detail === 'object' && 'value' in detail ? detail.value : target?.value;
  return typeof value === 'string' ? value : '';
}
