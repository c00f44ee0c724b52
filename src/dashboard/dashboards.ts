import * as vscode from 'vscode';
import type { DashboardPlace } from '../core/dashboardPlace';
import type { DashboardHost, DashboardPanels } from './panels';
import { rememberedIn } from './remembered';
import { VIEW_TYPE } from './viewType';

/** The dashboards of the window. Their code is read when the first one is shown: a new one, or one that was open before. */
export class Dashboards implements vscode.Disposable {
  private readonly serializer: vscode.Disposable;
  private readonly before: Promise<readonly vscode.Uri[]>;
  private loading: Promise<DashboardPanels> | undefined;
  private panels: DashboardPanels | undefined;

  constructor(private readonly host: DashboardHost) {
    this.serializer = vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
      deserializeWebviewPanel: async (panel, state) => (await this.loaded()).restore(panel, state),
    });
    this.before = rememberedIn(host.memory);
    void this.before.then((experiments) => (experiments.length > 0 ? this.loaded() : undefined));
  }

  /** Shows the dashboard of an experiment: the one that is open, or a new one beside the editor. @param place what is shown of it */
  async open(experiment: vscode.Uri, place?: DashboardPlace): Promise<void> {
    return (await this.loaded()).open(experiment, place);
  }

  /** Shows the runs of a folder that have no experiment file, by the name they have in common. */
  async openRuns(folder: string, name: string, place?: DashboardPlace): Promise<void> {
    return (await this.loaded()).openRuns(folder, name, place);
  }

  dispose(): void {
    this.serializer.dispose();
    this.panels?.dispose();
  }

  private loaded(): Promise<DashboardPanels> {
    this.loading ??= this.load();
    return this.loading;
  }

  private async load(): Promise<DashboardPanels> {
    const { DashboardPanels } = await import('./panels');
    this.panels = new DashboardPanels(this.host, await this.before);
    return this.panels;
  }
}
