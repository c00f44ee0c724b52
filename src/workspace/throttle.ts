import type { Disposable } from 'vscode';

/** Calls `action` soon after the first of a burst of calls, and at most once per interval. */
export class Throttle implements Disposable {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly action: () => void,
    private readonly milliseconds: number,
  ) {}

  readonly trigger = (): void => {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.action();
    }, this.milliseconds);
  };

  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
