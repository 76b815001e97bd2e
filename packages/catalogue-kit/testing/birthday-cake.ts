import { condition, defineBenefit, field, fixed, rule } from '../index.ts';

/**
 * 生日蛋糕: a silly item that no policy can change, on which kit and engine are tested. Its route uses everything a
 * route can: a condition, passing by itself, public notice, countersigning by two, and four eyes.
 */
export const birthdayCake = defineBenefit({
  code: 'birthday-cake',
  title: '生日蛋糕',
  titleEn: 'Birthday cake',
  summary: '过生日送一个蛋糕。想要蜡烛的，要多问一个人。',
  summaryEn: 'A cake for your birthday. Candles need one more person to agree.',
  documents: ['一张自拍'],
  documentsEn: ['A selfie'],
  keywords: ['过生日', '蛋糕', 'dangao', 'shengri'],
  lifeEvent: 'leisure',
  basis: [{ title: '蛋糕委员会决定', from: '2020-01-01', source: '蛋糕〔2020〕1号' }],
  eligibility: [rule.membershipActive(), rule.memberFor({ months: 6 }), rule.ageAtLeast({ years: 16 })],
  limit: { times: 2, per: 'calendar-year', countedBy: 'submittedOn' },
  amount: fixed([
    { from: '2020-01-01', yuan: 50 },
    { from: '2026-01-01', yuan: 66.6, basis: '蛋糕〔2025〕9号' },
  ]),
  route: [
    {
      id: 'taste',
      title: '试吃',
      titleEn: 'Tasting',
      at: 'own',
      permission: 'cases.review',
      outcomes: ['approve', 'return', 'decline'],
      dueInWorkingDays: 1,
    },
    {
      id: 'candles',
      title: '点蜡烛',
      titleEn: 'Candles',
      at: 'superior',
      permission: 'cases.review',
      outcomes: ['approve', 'return'],
      dueInWorkingDays: 2,
      when: condition.answerIs({ field: 'withCandles', value: true }),
      passIfSameApprover: true,
    },
    {
      id: 'cut',
      title: '切蛋糕',
      titleEn: 'Cutting',
      at: 'district',
      permission: 'cases.approve',
      outcomes: ['approve', 'return', 'decline'],
      dueInWorkingDays: 3,
      quorum: 2,
      distinctFrom: ['taste'],
      publicNotice: { days: 5 },
    },
  ],
  payout: { channel: 'bank-card', alternatives: ['home-visit'], fund: 'cake-tin' },
  promise: { workingDays: 6 },
  retain: { years: 3 },
  localisable: ['amount', 'limit', 'promise'],
  form: [
    {
      id: 'party',
      title: '生日会',
      titleEn: 'Party',
      fields: [
        field.date('partyOn', '生日会日期', { labelEn: 'Party date', notBefore: '2020-01-01' }),
        field.date('tidiedOn', '收拾完的日期', {
          labelEn: 'Tidied on',
          notBefore: 'partyOn',
          required: false,
        }),
        field.choice('flavour', '口味', {
          labelEn: 'Flavour',
          choices: [
            { value: 'cream', label: '奶油', labelEn: 'Cream' },
            { value: 'durian', label: '榴莲', labelEn: 'Durian' },
          ],
        }),
        field.yesNo('withCandles', '要蜡烛', { labelEn: 'With candles' }),
        field.number('guests', '人数', { labelEn: 'Guests', min: 1, max: 50, unit: '人', required: false }),
      ],
    },
    {
      id: 'wishes',
      title: '心愿',
      titleEn: 'Wishes',
      fields: [
        field.text('wish', '愿望', {
          labelEn: 'Wish',
          hint: '说出来就不灵了，所以我们保密',
          maxLength: 20,
          sensitive: true,
        }),
        field.longText('guestList', '来宾名单', { labelEn: 'Guest list', required: false }),
        field.money('pocketMoney', '红包', { labelEn: 'Pocket money', maxFen: 20_000, required: false }),
        field.files('selfie', '自拍', {
          labelEn: 'Selfie',
          types: ['jpeg', 'png'],
          maxCount: 2,
          required: false,
        }),
        field.idNumber('baker', '蛋糕师身份证号', { labelEn: 'Baker’s ID', required: false }),
        field.bankCard('card', '银行卡号', { labelEn: 'Bank card' }),
      ],
    },
  ],
});
