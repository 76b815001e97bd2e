/** The life events under which the member app lists what can be applied for, in the order it shows them. */
export const lifeEvents = [
  { code: 'illness', title: '生病住院', titleEn: 'Illness and hospital' },
  { code: 'schooling', title: '子女上学', titleEn: 'Children at school' },
  { code: 'work', title: '找工作创业', titleEn: 'Finding work, starting a business' },
  { code: 'dispute', title: '遇到纠纷', titleEn: 'A dispute' },
  { code: 'family', title: '结婚生育', titleEn: 'Marriage and birth' },
  { code: 'hardship', title: '困难求助', titleEn: 'Hard times' },
  { code: 'learning', title: '学习提升', titleEn: 'Learning' },
  { code: 'leisure', title: '文体休闲', titleEn: 'Sport and leisure' },
] as const;

/** One of {@link lifeEvents}, by code. */
export type LifeEvent = (typeof lifeEvents)[number]['code'];
