import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** How long each step is looked at (ms). */
const STEP = 1100;

/** Whether the user asked for less motion, in the system or in VS Code: then nothing moves by itself. */
export const movesLittle = (): boolean =>
  matchMedia('(prefers-reduced-motion: reduce)').matches || document.body.classList.contains('vscode-reduce-motion');

/** Goes from step to step by itself, until the last. */
export class Playing implements ReactiveController {
  private timer: ReturnType<typeof setInterval> | undefined;
  /** What is played. */
  private what: string | undefined;

  constructor(private readonly section: ReactiveControllerHost) {
    section.addController(this);
  }

  hostDisconnected(): void {
    this.stop();
  }

  get isOn(): boolean {
    return this.timer !== undefined;
  }

  /** @param what is played: its key @param step goes on by one; false where that was the last one */
  start(what: string, step: () => boolean): void {
    this.stop();
    this.what = what;
    this.timer = setInterval(() => !step() && this.stop(), STEP);
    this.section.requestUpdate();
  }

  /** Stops where something else is looked at than what is played. */
  keepTo(what: string | undefined): void {
    if (what !== this.what) this.stop();
  }

  stop(): void {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.section.requestUpdate();
  }
}
