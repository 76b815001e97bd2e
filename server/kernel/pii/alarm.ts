import type { Ctx, Platform } from '../context.ts';

export interface Alarm {
  who: string;
  office: string;
  accountId: string;
  /** Disclosures of this person within an hour, this one included. */
  count: number;
  /** The next ones are refused. */
  atLimit: boolean;
  /** Of the member whose data was opened last: her auditors are told. */
  unionPath: string;
}

type Teller = (ctx: Ctx, alarm: Alarm) => Promise<void>;

const tellers = new WeakMap<Platform['jobs'], Teller>();

/** Says who tells the auditors; its owner calls this while mounting. */
export function tellAlarmsBy({ jobs }: Platform, teller: Teller): void {
  tellers.set(jobs, teller);
}

export const raiseAlarm = async (ctx: Ctx, alarm: Alarm): Promise<void> =>
  tellers.get(ctx.jobs)?.(ctx, alarm);
