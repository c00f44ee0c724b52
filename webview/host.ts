import type { DashboardAction, DashboardUiState, FromWebview } from '../src/core/messages';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** The extension as the page sees it. */
export interface Host {
  send(message: FromWebview): void;
  act(action: DashboardAction, details?: { variant?: string; run?: string; text?: string }): void;
  readonly ui: DashboardUiState;
  /** Remembers how the user looks at things, over reloads of the window. */
  remember(change: Partial<DashboardUiState>): void;
}

export function connectHost(): Host {
  const api = acquireVsCodeApi();
  let ui: DashboardUiState = (api.getState() as DashboardUiState | undefined) ?? {};
  const send = (message: FromWebview) => api.postMessage(message);
  return {
    send,
    act: (action, details = {}) => send({ type: 'action', action, ...details }),
    get ui() {
      return ui;
    },
    remember(change) {
      ui = { ...ui, ...change };
      api.setState(ui);
    },
  };
}
