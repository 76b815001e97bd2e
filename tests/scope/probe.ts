import { contract, type Contract } from '@smart-union/contract';
import type { Walker } from './people.ts';
import type { Scene, Side } from './scene.ts';

export type RouteName = {
  [M in keyof Contract]: `${M}.${keyof Contract[M] & string}`;
}[keyof Contract];

export const routeNames = Object.entries(contract).flatMap(([module, table]) =>
  Object.keys(table).map((name) => `${module}.${name}` as RouteName),
);

export interface Call {
  params?: Record<string, string>;
  query?: Record<string, string | number>;
  body?: unknown;
  raw?: Buffer;
}

export interface Probe {
  /** A right call about a side's thing. */
  call(side: Side, scene: Scene): Call;
  /** In whose scope the thing lies; `none` when the route is about no single thing. `own`: the owner's alone. */
  lies: 'unit' | 'district' | 'city' | 'none' | 'own' | 'evidence';
  /** One who may, and gets 200 when the state is as `before` leaves it. */
  works: Walker;
  before?(scene: Scene): Promise<void>;
  /** Only who may take the open task: others who see the case read that it is not with them. */
  takes?: true;
  /** Exists only in a state that others of the walk may have ended. */
  mayBeGone?: true;
  /** An answer that never ends. */
  stream?: true;
}

/** The probes of a part of the contract, in the order in which they are tried. */
export type Probes = Partial<Record<RouteName, Probe>>;

export const byId = (id: string, rest: Omit<Call, 'params'> = {}): Call => ({ params: { id }, ...rest });
export const reason = '核对申请材料';
export const csv = (text: string) => Buffer.from(text);
export const page = { pageSize: 50 };

/** What `before` and earlier probes made for a later one; empty while others' reach is tried. */
export const made = new Map<string, string>();
