import type { z } from 'zod';
import type { figures, moment, overview, place } from '@smart-union/contract/dashboards.ts';

/** One place of the tree as the wall draws it. Types only: the schemas stay on the server, zod out of this page. */
export type Overview = z.output<typeof overview>;
export type Figures = z.output<typeof figures>;
export type Place = z.output<typeof place>;
export type Moment = z.output<typeof moment>;
