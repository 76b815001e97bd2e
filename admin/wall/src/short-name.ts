import type { Overview } from './overview.ts';

/** Words every union carries; a number behind them tells one federation of a trade from the next and stays. */
const unionWords = /(总工会|工会联合会|工会委员会|联合工会|工会)(\d*)$/u;
const companyWords = /(股份|集团)?(有限责任|有限)?公司$/u;

/**
 * A union's name as it fits on a map: what its superiors' names already say and the words every union carries are left
 * out (海陵区九龙镇总工会 → 九龙镇; 泰州润丰百餐饮有限公司工会委员会 → 润丰百餐饮; 九龙镇纺织行业工会联合会7 → 纺织行业7).
 * `superiors` come nearest first.
 */
export function shortName(name: string, superiors: string[]): string {
  const above = superiors.map((superior) => superior.replace(/总工会$/u, ''));
  let short = name.replace(unionWords, '$2').replace(companyWords, '');
  for (const prefix of prefixesOf(above)) {
    if (short.startsWith(prefix) && short.length - prefix.length >= 2) {
      short = short.slice(prefix.length);
      break;
    }
  }
  return short.length >= 2 ? short : name;
}

/** What a name may begin with: the places above, whole, without the places above them, and without 市 or 区. */
function prefixesOf(above: string[]): string[] {
  const prefixes = above.flatMap((place, index) => {
    const higher = above.slice(index + 1).find((other) => place.startsWith(other));
    const own = higher === undefined ? place : place.slice(higher.length);
    return [place, own, place.replace(/(省|市|自治区|区|县)$/u, '')];
  });
  return prefixes.filter((prefix) => prefix.length >= 2).sort((a, b) => b.length - a.length);
}

/** Names of the union shown and of all above it, nearest first. */
export const superiorsOf = (overview: Overview): string[] => [
  overview.union.name,
  ...overview.ancestors.map((ancestor) => ancestor.name).reverse(),
];
