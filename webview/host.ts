import type { DashboardAction, FromWebview, PageRequest } from '../src/core/fromWebview';
import type { DashboardUiState, Refusal, Replies, RequestOf, ToWebview } from '../src/core/messages';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** Without an answer for so long (ms) nobody waits any more. The host itself gives up sooner. */
export const LONGEST_MS = 30_000;

/** Why nothing came of a request. `cancelled`: whoever asked said so. */
export class AskError extends Error {
  constructor(readonly why: Refusal | 'cancelled') {
    super(why);
  }
}

/** The extension as the page sees it. */
export interface Host {
  send(message: FromWebview): void;
  act(action: DashboardAction, details?: { variant?: string; run?: string; text?: string }): void;
  /**
   * Asks for what is too large to come unasked. Rejects with an AskError: refused, cancelled by the signal, or without an
   * answer for too long.
   */
  ask<Kind extends PageRequest['kind']>(request: RequestOf<Kind>, signal?: AbortSignal): Promise<Replies[Kind]>;
  readonly ui: DashboardUiState;
  /** Remembers how the user looks at things, over reloads of the window. */
  remember(change: Partial<DashboardUiState>): void;
}

/** The host, and what to do with the answers it sends. */
export interface ConnectedHost extends Host {
  answered(message: Extract<ToWebview, { type: 'reply' | 'refused' }>): void;
}

export function connectHost(api: VsCodeApi = acquireVsCodeApi()): ConnectedHost {
  let ui: DashboardUiState = (api.getState() as DashboardUiState | undefined) ?? {};
  const send = (message: FromWebview) => api.postMessage(message);
  const open = new Map<number, (message: Parameters<ConnectedHost['answered']>[0]) => void>();
  let asked = 0;
  return {
    send,
    act: (action, details = {}) => send({ type: 'action', action, ...details }),
    ask: <Kind extends PageRequest['kind']>(request: RequestOf<Kind>, signal?: AbortSignal) =>
      new Promise<Replies[Kind]>((resolve, reject) => {
        const id = asked++;
        const close = () => {
          open.delete(id);
          clearTimeout(late);
          signal?.removeEventListener('abort', cancel);
        };
        const giveUp = (why: AskError['why']) => {
          close();
          send({ type: 'cancel', id });
          reject(new AskError(why));
        };
        const cancel = () => giveUp('cancelled');
        if (signal?.aborted) return reject(new AskError('cancelled'));
        const late = setTimeout(() => giveUp('late'), LONGEST_MS);
        signal?.addEventListener('abort', cancel);
        open.set(id, (message) => {
          close();
          if (message.type === 'refused') reject(new AskError(message.why));
          // The host answers what it was asked.
          else resolve(message.reply as Replies[Kind]);
        });
        send({ type: 'ask', id, request });
      }),
    answered: (message) => open.get(message.id)?.(message),
    get ui() {
      return ui;
    },
    remember(change) {
      ui = { ...ui, ...change };
      api.setState(ui);
    },
  };
}
