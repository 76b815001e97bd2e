export type Language = 'zh' | 'en';
export type TextValues = Record<string, string | number>;

/** The values in one language: what is said in two, as `name` and `nameEn`, stands under `name` alone. */
export function valuesIn(values: TextValues, language: Language): TextValues {
  const names = Object.keys(values).filter((name) => !(name.endsWith('En') && name.slice(0, -2) in values));
  return Object.fromEntries(
    names.map((name) => [name, (language === 'en' && values[`${name}En`]) || values[name]!]),
  );
}

/** Puts values where the text names them: `{limit}`. */
export const fill = (text: string, values: TextValues): string =>
  text.replace(/\{([a-zA-Z]+)\}/g, (_all, name: string) => String(values[name] ?? ''));
