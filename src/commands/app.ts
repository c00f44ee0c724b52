import type * as vscode from 'vscode';
import type { DashboardPlace } from '../core/dashboardPlace';
import type { ReportPanels } from '../views/reportPanels';
import type { RunLogs } from '../views/runLog';
import type { Config } from '../workspace/config';
import type { Experiments } from '../workspace/experiments';
import type { OwnFilesModel } from '../workspace/ownFilesModel';
import type { LazyOverviews } from '../workspace/overviews';
import type { Programs, RunsModel } from '../workspace/runsModel';

/** Opens dashboards. */
export interface Dashboards {
  /** Shows the dashboard of an experiment, beside the editor when it is new. */
  open(experiment: vscode.Uri, place?: DashboardPlace): void | Promise<void>;
  /** Shows the runs of a folder that have no experiment file, by the name they have in common. */
  openRuns(folder: string, name: string, place?: DashboardPlace): void | Promise<void>;
}

/** What commands work with. */
export interface App {
  readonly config: Config;
  readonly experiments: Experiments;
  readonly ownFiles: OwnFilesModel;
  readonly runs: RunsModel;
  readonly overviews: LazyOverviews;
  readonly logs: () => Promise<RunLogs>;
  /** Read when a report is opened. */
  readonly reports: () => Promise<ReportPanels>;
  readonly dashboards: Dashboards;
  readonly programs: Programs;
  /** Version of the extension, recorded in runs. */
  readonly version: string;
}
