/** English by Chinese, of every text below and in the routes. */
const english = new Map<string, string>();

/** A text of a check in both languages. Zod keeps one message, the Chinese; {@link englishOf} finds the other. */
export function both(zh: string, en: string): string {
  english.set(zh, en);
  return zh;
}

/** The English of a check's message, or the message itself where it has none. */
export const englishOf = (message: string): string => english.get(message) ?? message;

/** What zod says of an entry that no text of ours speaks of; never its own words, which are a programmer's. */
export function inputWords(issue: {
  code?: string;
  origin?: string;
  input?: unknown;
  minimum?: unknown;
  maximum?: unknown;
}): string {
  const { code, origin, input } = issue;
  if (code === 'invalid_type' && (input === undefined || input === null))
    return both('请填写', 'Please fill this in');
  if (code !== 'too_small' && code !== 'too_big')
    return both('填写得不对，请核对', 'This is not right; please check it');
  const limit = String(code === 'too_small' ? issue.minimum : issue.maximum);
  const least = code === 'too_small';
  if (origin === 'string')
    return least
      ? both(`至少 ${limit} 个字`, `At least ${limit} characters`)
      : both(`最多 ${limit} 个字`, `At most ${limit} characters`);
  if (origin === 'array' || origin === 'set')
    return least
      ? both(`至少 ${limit} 项`, `At least ${limit} entries`)
      : both(`最多 ${limit} 项`, `At most ${limit} entries`);
  return least
    ? both(`不能小于 ${limit}`, `Must not be less than ${limit}`)
    : both(`不能大于 ${limit}`, `Must not be more than ${limit}`);
}
