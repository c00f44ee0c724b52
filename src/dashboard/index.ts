export type { DashboardActions } from './actions';
export { DashboardPanels, VIEW_TYPE, type DashboardHost } from './panels';
export type { RunFeed } from './source';
