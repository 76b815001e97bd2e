/**
 * The page to return to after signing in. Only a path of this web: an address elsewhere in `back` would make the
 * sign-in page a trampoline for phishing.
 */
export const safeBack = (back: string | undefined): string => {
  if (!back || !back.startsWith('/') || back.startsWith('//') || /[\\\p{Cc}]/u.test(back)) return '/';
  return back.replace(/^\/admin(?=\/|$)/, '') || '/';
};
