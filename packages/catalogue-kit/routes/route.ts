import type { Condition } from '../conditions/index.ts';
import { conditionHolds } from '../conditions/index.ts';
import type { ConditionFacts } from '../conditions/condition.ts';

/** Which union decides, as seen from the applicant's: her own, the one above it, her district's or her city's. */
export type StageOffice = 'own' | 'superior' | 'district' | 'city';

/** What may be decided. `return` sends it back to the applicant or to any earlier stage. */
export type Outcome = 'approve' | 'return' | 'decline';

/** One desk on the way. */
export type Stage = {
  /** kebab-case, unique on its route; kept with every decision taken here. */
  id: string;
  title: string;
  titleEn?: string;
  at: StageOffice;
  /** The permission one needs at that union: `cases.review`. */
  permission: string;
  outcomes: Outcome[];
  dueInWorkingDays: number;
  /** Skipped unless this holds when the stage would begin. */
  when?: Condition;
  /** 公示: once approved here, shown to members for so many calendar days before it goes on. */
  publicNotice?: { days: number };
  /** 会签: how many different people must approve; 1 when not given. */
  quorum?: number;
  /** 回避: whoever decided at these earlier stages may not decide here. */
  distinctFrom?: string[];
  /** Passes by itself when somebody who approved an earlier stage would be asked again. */
  passIfSameApprover?: boolean;
};

/** The stages in order. At least one. */
export type Route = Stage[];

/** Finds a stage by id. */
export function findStage(route: Route, id: string): Stage | null {
  return route.find((stage) => stage.id === id) ?? null;
}

/**
 * The stage that follows, skipping those whose condition does not hold.
 * @param after the id of the stage just passed; null at the start.
 * @returns null at the end of the route.
 * @throws RangeError when there is no such stage.
 */
export function nextStage(route: Route, after: string | null, facts: ConditionFacts): Stage | null {
  const at = after === null ? -1 : route.findIndex((stage) => stage.id === after);
  if (after !== null && at === -1) throw new RangeError(`no such stage on this route: ${after}`);
  const rest = route.slice(at + 1);
  return rest.find((stage) => !stage.when || conditionHolds(stage.when, facts)) ?? null;
}

/** All stages a case with these facts would pass. */
export function stagesFor(route: Route, facts: ConditionFacts): Stage[] {
  return route.filter((stage) => !stage.when || conditionHolds(stage.when, facts));
}

/** The stages before one, in order: those a case may be returned to. */
export function stagesBefore(route: Route, id: string): Stage[] {
  const at = route.findIndex((stage) => stage.id === id);
  return at === -1 ? [] : route.slice(0, at);
}
