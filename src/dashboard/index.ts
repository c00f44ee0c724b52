export type { DashboardActions } from './actions';
export { Dashboards } from './dashboards';
