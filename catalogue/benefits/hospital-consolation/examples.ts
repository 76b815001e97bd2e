import type { Examples } from '@smart-union/catalogue-kit/examples.ts';

/** 住院医疗慰问金：办理实例。People and papers are fictitious; the card is a test number. */
export const hospitalConsolationExamples: Examples = {
  member: { status: 'active', joinedOn: '2015-03-01', unionName: '春晖机电有限公司工会委员会' },
  answers: {
    receipts: ['receipt-1'],
    hospital: '海陵区春晖医院',
    admittedOn: '2026-11-02',
    dischargedOn: '2026-11-09',
    diagnosis: '阑尾炎',
    bankCard: '6222020000000000018',
  },
  rows: [
    {
      title: '今年第一次住院，票据齐全',
      today: '2026-11-21',
      answers: 'usual',
      expect: { yuan: 100 },
    },
    {
      title: '今年第二次住院',
      today: '2026-11-21',
      claimedOn: ['2026-03-05'],
      stays: [['2026-02-20', '2026-02-27']],
      answers: 'usual',
      expect: { yuan: 100 },
    },
    {
      title: '今年第三次：还没填表就告诉她不能领，以及哪天起可以',
      today: '2026-11-21',
      claimedOn: ['2026-03-05', '2026-06-18'],
      expect: { refused: '今年已领取 2 次（上限 2 次），2027年1月1日 起可再申请', from: '2027-01-01' },
    },
    {
      title: '去年领满 2 次，今年重新计算',
      today: '2026-01-04',
      claimedOn: ['2025-03-05', '2025-12-31'],
      answers: { admittedOn: '2025-12-20', dischargedOn: '2025-12-28' },
      expect: { yuan: 100 },
    },
    {
      title: '去年住院、今年申请：算今年的次数',
      today: '2026-11-21',
      claimedOn: ['2026-01-04', '2026-06-18'],
      answers: { admittedOn: '2025-12-20', dischargedOn: '2025-12-28' },
      expect: { refused: '今年已领取 2 次（上限 2 次），2027年1月1日 起可再申请', from: '2027-01-01' },
    },
    {
      title: '同一次住院申请两遍',
      today: '2026-11-21',
      claimedOn: ['2026-11-12'],
      stays: [['2026-11-02', '2026-11-09']],
      answers: 'usual',
      expect: {
        refused: '这次住院与 2026年11月2日 至 2026年11月9日 的住院重叠，那次已经申请过（案例1），请核对日期',
      },
    },
    {
      title: '当天转院：前一家出院、后一家入院，算两次',
      today: '2026-11-21',
      claimedOn: ['2026-11-12'],
      stays: [['2026-10-20', '2026-11-02']],
      answers: 'usual',
      expect: { yuan: 100 },
    },
    {
      title: '昨天刚入会：没有入会年限要求',
      today: '2026-11-21',
      member: { joinedOn: '2026-11-20' },
      answers: 'usual',
      expect: { yuan: 100 },
    },
    {
      title: '退休后保留会籍',
      today: '2026-11-21',
      member: { status: 'retained' },
      expect: { refused: '您的会籍目前是“保留”状态，恢复会籍后可以申请，请联系所在单位工会' },
    },
    {
      title: '已经转出、还没有转入新单位',
      today: '2026-11-21',
      member: { status: 'left' },
      expect: { refused: '您目前不在会籍中，请先加入工会或办理会籍转入' },
    },
    {
      title: '制度施行以前',
      today: '2017-12-20',
      expect: { refused: '这个项目 2018年1月1日 起施行，到时可以申请', from: '2018-01-01' },
    },
    {
      title: '施行以前入院',
      today: '2018-01-10',
      answers: { admittedOn: '2017-12-28', dischargedOn: '2018-01-05' },
      expect: { fault: { field: 'admittedOn', reason: '入院日期不能早于 2018年1月1日，请核对。' } },
    },
    {
      title: '还没出院',
      today: '2026-11-21',
      answers: { dischargedOn: '2026-11-25' },
      expect: { fault: { field: 'dischargedOn', reason: '出院日期不能晚于今天，请核对。' } },
    },
    {
      title: '出院日期填到了入院前面',
      today: '2026-11-21',
      answers: { dischargedOn: '2026-10-30' },
      expect: {
        fault: { field: 'dischargedOn', reason: '出院日期不能早于入院日期（2026年11月2日），请核对。' },
      },
    },
    {
      title: '没有上传票据',
      today: '2026-11-21',
      answers: { receipts: [] },
      expect: { fault: { field: 'receipts', reason: '请上传住院票据。' } },
    },
    {
      title: '银行卡号抄错一位',
      today: '2026-11-21',
      answers: { bankCard: '6222020000000000028' },
      expect: {
        fault: { field: 'bankCard', reason: '银行卡号不对，多半是输错了一位。请再核对一遍。' },
      },
    },
  ],
};
