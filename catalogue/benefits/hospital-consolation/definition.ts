import { defineBenefit, field, grassrootsThenDistrict, perStay, rule } from '@smart-union/catalogue-kit';

/** 职工住院医疗慰问金: ¥100 for each stay in hospital, at most twice a year. */
export const hospitalConsolation = defineBenefit({
  code: 'hospital-consolation',
  title: '职工住院医疗慰问金',
  titleEn: 'Hospital consolation',
  summary: '生病住院，工会慰问您 100 元，一年最多 2 次。出院后向所在单位工会申请，审批通过后打到您的银行卡。',
  summaryEn:
    'The union gives you ¥100 when you have been in hospital, at most twice a year. Apply to your own union after you leave; once approved it is paid to your bank card.',
  documents: ['住院收费票据或出院记录的照片', '本人银行卡'],
  documentsEn: ['Photo of the hospital receipt or discharge record', 'Your own bank card'],
  // prettier-ignore
  keywords: [
    '住院', '住院慰问金', '慰问金', '住院慰问', '生病', '看病', '开刀', '手术', '医院', '报销', '补助',
    'zhuyuan', 'zhuyuanweiwenjin', 'weiwenjin', 'shengbing', 'kanbing', 'kaidao', 'shoushu', 'yiyuan', 'zyww',
  ],
  lifeEvent: 'illness',
  basis: [
    {
      title: '海陵区总工会常委会决定',
      titleEn: 'Decision of the standing committee, Hailing District Federation of Trade Unions',
      from: '2018-01-01',
      source: '海陵区总工会 2018 年度十件大事',
    },
  ],
  eligibility: [rule.membershipActive(), rule.noOverlappingStay('admittedOn', 'dischargedOn')],
  limit: { times: 2, per: 'calendar-year', countedBy: 'submittedOn' },
  amount: perStay('admittedOn', [{ from: '2018-01-01', yuan: 100, basis: '海陵区总工会常委会决定' }]),
  route: grassrootsThenDistrict,
  payout: { channel: 'bank-card', alternatives: ['home-visit'], fund: 'universal-benefit' },
  promise: { workingDays: 2 },
  retain: { years: 10 },
  localisable: [],
  form: [
    {
      id: 'papers',
      title: '票据和住院情况',
      titleEn: 'Receipt and stay',
      fields: [
        field.files('receipts', '住院票据', {
          labelEn: 'Receipts',
          hint: '拍住院收费票据或出院记录，字迹清楚就行，用来核对住院时间',
          hintEn: 'A legible photo of the receipt or discharge record; we check the dates against it',
          maxCount: 6,
        }),
        field.text('hospital', '医院名称', {
          labelEn: 'Hospital',
          hint: '写票据上的医院全称',
          hintEn: 'As printed on the receipt',
          minLength: 2,
          maxLength: 60,
        }),
        field.date('admittedOn', '入院日期', {
          labelEn: 'Admitted on',
          hint: '按这一天的标准发放',
          hintEn: 'The rate of this day applies',
          notBefore: '2018-01-01',
          notAfter: 'today',
        }),
        field.date('dischargedOn', '出院日期', {
          labelEn: 'Discharged on',
          hint: '出院以后才能申请',
          hintEn: 'Apply after you have left hospital',
          notBefore: 'admittedOn',
          notAfter: 'today',
        }),
        field.text('diagnosis', '诊断', {
          labelEn: 'Diagnosis',
          hint: '照出院记录写，加密保存，只有办理人说明理由才能看，谁看过您都查得到',
          hintEn:
            'Kept sealed; whoever handles your claim must give a reason to read it, and you can see who did',
          maxLength: 100,
          sensitive: true,
        }),
      ],
    },
    {
      id: 'payment',
      title: '收款银行卡',
      titleEn: 'Where to pay',
      fields: [
        field.bankCard('bankCard', '本人银行卡号', {
          labelEn: 'Your bank card',
          hint: '慰问金打到这张卡上，加密保存',
          hintEn: 'The money is paid to this card; kept sealed',
        }),
      ],
    },
  ],
});
