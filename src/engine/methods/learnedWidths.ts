import type { Learner } from '../contract/learner';
import type { LayeredNetwork } from '../contract/network';
import { widthsOf } from '../networks/blocks';
import { requireLayers } from '../networks/network';
import { withWidths } from '../networks/wider';

/**
 * Of a network whose hidden layers only get wider, units at their ends: how wide they were when each task was learned, in the
 * memory of the method, and the network of those widths. A task that is tested with it sees no unit that came later.
 */
export class LearnedWidths {
  private readonly layers: number;
  private readonly known = new Map<string, LayeredNetwork>();

  /**
   * @param learner whose run begins
   * @param method which it is for, in a message
   * @throws Error when the network is none of layers in a row
   */
  constructor(
    private readonly learner: Learner,
    private readonly method: string,
  ) {
    this.layers = widthsOf(this.present).length;
  }

  /** What has to be in the memory: widths of the hidden layers of each task, 0 for one that has not come. */
  keeps() {
    const values = this.learner.stream.tasks.length * this.layers;
    return { widths: { initial: new Int32Array(values), lengths: [values] } };
  }

  /** The present network. */
  get present(): LayeredNetwork {
    return requireLayers(this.learner.network, this.method);
  }

  /** Of the hidden layers when a task was learned; zeros where it was not. */
  at(task: number): number[] {
    return [...this.learner.memory.integers('widths').subarray(task * this.layers, (task + 1) * this.layers)];
  }

  /** A task is learned with the present network. */
  set(task: number): void {
    const all = this.learner.memory.integers('widths').slice();
    all.set(widthsOf(this.present), task * this.layers);
    this.learner.memory.set('widths', all);
  }

  /** The network that a task was learned with, the same object each time; the present one where it was not learned yet. */
  networkOf(task: number): LayeredNetwork {
    const { present } = this;
    const widths = this.at(task);
    const key = widths.join('-');
    if (widths.includes(0) || key === widthsOf(present).join('-')) return present;
    const found = this.known.get(key) ?? withWidths(present, widths);
    this.known.set(key, found);
    return found;
  }
}
