import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

let dictionary: typeof import('pinyin-pro') | undefined;
/** Loaded by the first name: 15 MB, which a start need not wait for. */
const openDictionary = () => (dictionary ??= require('pinyin-pro') as typeof import('pinyin-pro'));

/** A name as it is typed on a keyboard: 'wangxiaoming' and 'wxm'. Latin letters and digits stay, the rest goes. */
export interface Pinyin {
  pinyin: string;
  initials: string;
}

/** A surname is read as a surname (单 is shan, 曾 is zeng, 欧阳 one word), the rest of a person's name letter by letter. */
export function pinyinOf(name: string, kind: 'person' | 'organisation'): Pinyin {
  const letters = [...name];
  const syllables =
    kind === 'organisation'
      ? syllablesOf(name, false)
      : [
          ...remembered(letters.slice(0, 2).join(''), true),
          ...letters.slice(2).flatMap((letter) => remembered(letter, false)),
        ];
  return {
    pinyin: syllables.join('').slice(0, 200),
    initials: syllables.map((syllable) => syllable[0]).join(''),
  };
}

const known = new Map<string, string[]>();

/** Rosters repeat surnames and letters: looked up once each, an import of a million names is spared 10 µs a name. */
function remembered(text: string, surname: boolean): string[] {
  const key = surname ? `^${text}` : text;
  const found = known.get(key);
  if (found) return found;
  const syllables = syllablesOf(text, surname);
  if (known.size >= 50_000) known.clear();
  known.set(key, syllables);
  return syllables;
}

function syllablesOf(text: string, surname: boolean): string[] {
  return openDictionary()
    .pinyin(text, {
      toneType: 'none',
      type: 'array',
      nonZh: 'consecutive',
      ...(surname && { surname: 'head' }),
    })
    .map((syllable) =>
      syllable
        .normalize('NFKC')
        .toLowerCase()
        .replace(/[^a-z0-9]/g, ''),
    )
    .filter(Boolean);
}
