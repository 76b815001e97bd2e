/** Front door of `unions`: the tree of unions, its past, and rosters as files. */
export { createUnions, type NewUnion } from './create-unions.ts';
export type { Effect, Judgement, JudgeWanted, RosterKind } from './imports/kind.ts';
export { rosterImports } from './imports/roster-imports.ts';
export { importUnionsFile } from './import-unions.ts';
export { lockTree } from './lock-tree.ts';
export { moveUnion } from './move-union.ts';
export { ancestorsOf, getUnion, pickUnion, unionsByKey, type UnionPlace } from './places.ts';
export { mountUnions } from './routes.ts';
