/**
 * A union's name as it fits on a map: what its superior's name already says and the words every union carries are
 * left out (海陵区九龙镇总工会 under 海陵区总工会 → 九龙镇; 泰州润丰百餐饮有限公司工会委员会 → 润丰百餐饮).
 */
export function shortName(name: string, superiors: string[]): string {
  let short = name
    .replace(/(总工会|工会委员会|联合工会|工会)$/u, '')
    .replace(/(股份|集团)?(有限责任|有限)?公司$/u, '');
  for (const superior of superiors) {
    const place = superior.replace(/总工会$/u, '');
    const bare = place.replace(/(省|市|自治区|区|县)$/u, '');
    for (const prefix of [place, bare]) {
      if (prefix.length >= 2 && short.startsWith(prefix) && short.length - prefix.length >= 2) {
        short = short.slice(prefix.length);
        break;
      }
    }
  }
  return short.length >= 2 ? short : name;
}
