/** 「1天3小时」 and its English; under an hour in minutes. */
export function durationWords(hours: number): { zh: string; en: string } {
  if (hours < 1) {
    const minutes = Math.max(1, Math.round(hours * 60));
    return { zh: `${minutes}分钟`, en: `${minutes} min` };
  }
  const days = Math.floor(hours / 24);
  const rest = Math.floor(hours % 24);
  if (days === 0) return { zh: `${rest}小时`, en: `${rest} h` };
  if (rest === 0) return { zh: `${days}天`, en: `${days} d` };
  return { zh: `${days}天${rest}小时`, en: `${days} d ${rest} h` };
}

/** A union's place in as few words as its superior's name allows: 海陵区九龙镇总工会 under 海陵区总工会 → 九龙镇. */
export function placeWords(name: string, superiorName: string | null): string {
  const bare = (full: string): string => full.replace(/(总工会|工会委员会|联合工会|工会)$/u, '');
  const superior = superiorName === null ? '' : bare(superiorName);
  const place = bare(name);
  const rest = superior !== '' && place.startsWith(superior) ? place.slice(superior.length) : place;
  return rest.length >= 2 ? rest : place;
}

const segmentTitles: Record<string, string> = {
  women: '女职工',
  migrant: '农民工',
  'new-form': '新就业形态劳动者',
};

/** Title of a segment; an unknown one shows its code rather than disappear. */
export const segmentTitle = (code: string): string => segmentTitles[code] ?? code;

export type MomentKind = 'claimed' | 'approved' | 'paid';

/** The ticker's sentence. `occupation` null: too few people there do this work to stay unrecognised. */
export function momentWords(moment: {
  kind: MomentKind;
  place: string;
  occupation: string | null;
  itemTitle: string;
  itemTitleEn: string;
  hours: number | null;
}): { zh: string; en: string } {
  const { kind, place, occupation, itemTitle, itemTitleEn, hours } = moment;
  const who = `一名${occupation ?? '会员'}`;
  const item = itemTitleEn.toLowerCase();
  if (kind === 'claimed') {
    return { zh: `${place} · ${who}申请了${itemTitle}`, en: `${place} · a member applied for ${item}` };
  }
  if (kind === 'approved') {
    return {
      zh: `${place} · ${who}的${itemTitle}已审批通过`,
      en: `${place} · ${item} approved for a member`,
    };
  }
  const took = hours === null ? null : durationWords(hours);
  return {
    zh: `${place} · ${who}的${itemTitle}已到账${took === null ? '' : ` · 用时 ${took.zh}`}`,
    en: `${place} · ${item} paid to a member${took === null ? '' : ` · after ${took.en}`}`,
  };
}
