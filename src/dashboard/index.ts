export type { DashboardActions } from './actions';
export { DashboardPanels } from './panels';
