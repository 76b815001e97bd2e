import type { Delta } from '../../kernel/rollups.ts';

/** What the figures of the overview need to know of a member. */
export interface Counted {
  unionPath: string;
  joinedOn: string;
  sex: string;
  migrantWorker: boolean | null;
  occupation: string | null;
  status: string;
}

/**
 * 八大群体 of the national federation (2018-04-10) with the platform work named since 2021 (网约车司机, 外卖配送员): who works
 * in one of them is counted as a worker in a new form of employment.
 */
const newForms =
  /货车司机|快递|网约|送餐|外卖|骑手|代驾|护工|护理员|家政|月嫂|保洁员|商场信息员|房产中介|房地产中介|保安/u;

export const isNewForm = (occupation: string | null): boolean =>
  occupation !== null && newForms.test(occupation);

/** Segments a member counts in; they overlap. */
function segmentsOf({ sex, migrantWorker, occupation }: Counted): ('women' | 'migrant' | 'new-form')[] {
  return [
    ...(sex === 'female' ? (['women'] as const) : []),
    ...(migrantWorker ? (['migrant'] as const) : []),
    ...(isNewForm(occupation) ? (['new-form'] as const) : []),
  ];
}

/**
 * Adds up per union how figures change when members come (`sign` 1) or go (-1): an import of 10,000 people into 80 unions
 * writes some hundred deltas. Who left counts nowhere. `today` counts as a day of its own, for 今日新增.
 */
export function figureSums(today: string): { add(member: Counted, sign: 1 | -1): void; deltas(): Delta[] } {
  const sums = new Map<string, Delta>();
  const add = (unionPath: string, metric: Delta['metric'], period: string, amount: number) => {
    const key = `${unionPath} ${metric} ${period}`;
    const known = sums.get(key);
    if (known) known.amount += amount;
    else sums.set(key, { unionPath, metric, period, amount });
  };
  return {
    add(member, sign) {
      if (member.status === 'left') return;
      add(member.unionPath, 'members', '', sign);
      add(member.unionPath, 'joined', member.joinedOn.slice(0, 4), sign);
      if (member.joinedOn === today) add(member.unionPath, 'joined', today, sign);
      for (const segment of segmentsOf(member)) add(member.unionPath, `segment:${segment}`, '', sign);
    },
    deltas: () => [...sums.values()].filter(({ amount }) => amount !== 0),
  };
}
