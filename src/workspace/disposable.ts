import type { Disposable } from 'vscode';

/** Something with a life cycle: whatever it registers ends with it. */
export abstract class Owner implements Disposable {
  private readonly owned: Disposable[] = [];
  private isDisposed = false;

  /** Ties the item to this owner; when the owner is gone already, the item ends at once. */
  protected own<T extends Disposable>(item: T): T {
    if (this.isDisposed) item.dispose();
    else this.owned.push(item);
    return item;
  }

  protected get disposed(): boolean {
    return this.isDisposed;
  }

  dispose(): void {
    this.isDisposed = true;
    for (const item of this.owned.splice(0).reverse()) item.dispose();
  }
}
