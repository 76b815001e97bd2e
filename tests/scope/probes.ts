import type { Probe, RouteName } from './probe.ts';
import { accountProbes } from './probes-accounts.ts';
import { caseProbes } from './probes-cases.ts';
import { fileProbes } from './probes-files.ts';
import { moneyProbes } from './probes-money.ts';
import { privacyProbes } from './probes-privacy.ts';
import { readingProbes } from './probes-reading.ts';
import { rosterProbes } from './probes-rosters.ts';
import { systemProbes } from './probes-system.ts';

/**
 * One right call for every route of the contract. The type is the contract's: a route added tomorrow does not compile
 * until it stands in one of the parts. Read routes first, then those that change something, then those that end sessions.
 */
export const probes: Record<RouteName, Probe> = {
  ...readingProbes,
  ...caseProbes,
  ...moneyProbes,
  ...fileProbes,
  ...rosterProbes,
  ...privacyProbes,
  ...systemProbes,
  ...accountProbes,
};
