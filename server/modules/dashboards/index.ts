/** Front door of `dashboards`: the wall's figures, their folding and their proof. */
export { mountDashboards } from './routes.ts';
export { foldOnce } from './fold-loop.ts';
export { reconcileRollups, type Drift } from './reconcile-rollups.ts';
