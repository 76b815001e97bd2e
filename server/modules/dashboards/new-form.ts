/** Occupations of 新就业形态劳动者, as rosters write them (国家职业分类大典 names and everyday words). */
export const newFormOccupations = [
  '快递员',
  '外卖员',
  '外卖配送员',
  '外卖骑手',
  '网约配送员',
  '网约送餐员',
  '网约车司机',
  '网约车驾驶员',
  '货车司机',
  '道路货运司机',
  '代驾司机',
  '网络主播',
  '互联网营销师',
];
