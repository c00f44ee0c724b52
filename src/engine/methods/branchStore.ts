import type * as tf from '@tensorflow/tfjs-core';
import type { Learner } from '../contract/learner';
import type { Kept } from '../contract/memory';
import type { LayeredNetwork } from '../contract/network';
import { ownerOf, type Branch, type Tree } from './branchTree';

/**
 * The trunk and the branches of learned tasks, as they lie in the method's memory: hidden layers once each, whoever shares
 * them, and of each task the columns of its head. A path is put together of them. Arrays: `trunk`, its hidden layers;
 * `branches`, task after task own hidden layers and head; `parents` (0 is the trunk, else a task counted from 1) and `stages`.
 */
export class BranchStore {
  /** Where each layer begins in θ; the last is the head. */
  private readonly starts: readonly number[];

  constructor(
    private readonly learner: Learner,
    private readonly network: LayeredNetwork,
  ) {
    const tensors = network.views.length / network.layers.length;
    this.starts = network.layers.map((_, layer) => network.views[layer * tensors]?.offset ?? 0);
  }

  keeps(): Readonly<Record<string, Kept>> {
    const { length } = this.learner.stream.tasks;
    const upToAll = Array.from({ length: length + 1 }, (_, count) => count);
    return {
      trunk: { initial: new Float32Array(), lengths: [0, this.startOf(this.head)] },
      branches: { initial: new Float32Array() },
      parents: { initial: new Int32Array(), lengths: upToAll, below: length + 1 },
      stages: { initial: new Int32Array(), asLongAs: 'parents', below: this.network.layers.length },
    };
  }

  get tree(): Tree {
    const { memory } = this.learner;
    const stages = memory.integers('stages');
    return Array.from(memory.integers('parents'), (parent, task) => ({ parent: parent - 1, stage: stages[task] ?? 0 }));
  }

  plant(tree: Tree): void {
    this.learner.memory.set(
      'parents',
      Int32Array.from(tree, ({ parent }) => parent + 1),
    );
    this.learner.memory.set(
      'stages',
      Int32Array.from(tree, ({ stage }) => stage),
    );
  }

  keepTrunk(theta: tf.Tensor1D): void {
    const values = theta.dataSync() as Float32Array;
    this.learner.memory.set('trunk', values.slice(0, this.startOf(this.head)));
  }

  /** Puts away what is a task's own; tasks come in their order. @param theta its path */
  keepBranch(task: number, theta: tf.Tensor1D): void {
    const values = theta.dataSync() as Float32Array;
    const before = this.learner.memory.floats('branches');
    const all = new Float32Array(before.length + this.ownSize(task));
    all.set(before);
    all.set(values.subarray(this.ownStart(task), this.startOf(this.head)), before.length);
    const places = this.headPlaces(task);
    all.set(
      Float32Array.from(places, (place) => values[place] as number),
      all.length - places.length,
    );
    this.learner.memory.set('branches', all);
  }

  /** Whether what is a task's own was put away. */
  has(task: number): boolean {
    return task < this.tree.length && this.placeOf(task + 1) <= this.learner.memory.floats('branches').length;
  }

  /** Parameters that are a task's own, its head among them. */
  ownSize(task: number): number {
    return this.startOf(this.head) - this.ownStart(task) + this.headPlaces(task).length;
  }

  /** The layers by name, and how many parameters of each are in the trunk. */
  get layers(): readonly { readonly name: string; readonly inTrunk: number }[] {
    const tensors = this.network.views.length / this.network.layers.length;
    return this.network.layers.map((_, layer) => ({
      name: this.network.views[layer * tensors]?.name.split('.')[0] ?? '',
      inTrunk: layer === this.head ? 0 : this.startOf(layer + 1) - this.startOf(layer),
    }));
  }

  /** Parameters of one layer that are a task's own. */
  ownSizeIn(task: number, layer: number): number {
    if (layer === this.head) return this.headPlaces(task).length;
    return layer < (this.tree[task]?.stage ?? 0) ? 0 : this.startOf(layer + 1) - this.startOf(layer);
  }

  /** θ of the path of a task that was put away: outputs that are not its own are 0. */
  pathOf(task: number): Float32Array {
    const path = this.hiddenOf(task);
    const end = this.placeOf(task + 1);
    const places = this.headPlaces(task);
    const own = this.learner.memory.floats('branches').subarray(end - places.length, end);
    places.forEach((place, i) => (path[place] = own[i] as number));
    return path;
  }

  /** θ as a task begins with it: the hidden layers of the path that it leaves, and its head as it was drawn. */
  beginningOf({ parent }: Branch, task: number): Float32Array {
    const theta = this.hiddenOf(parent);
    const first = this.learner.beginning.theta;
    for (const place of this.headPlaces(task)) theta[place] = first[place] as number;
    return theta;
  }

  /** Of each parameter 1 where it is the own of a task that is trained, else 0. */
  ownMask(task: number): Uint8Array {
    const mask = new Uint8Array(this.network.parameterCount);
    mask.fill(1, this.ownStart(task), this.startOf(this.head));
    for (const place of this.headPlaces(task)) mask[place] = 1;
    return mask;
  }

  private get head(): number {
    return this.network.layers.length - 1;
  }

  private startOf(layer: number): number {
    return this.starts[layer] ?? 0;
  }

  private ownStart(task: number): number {
    return this.startOf(this.tree[task]?.stage ?? this.head);
  }

  /** Where the values of a task begin in `branches`. */
  private placeOf(task: number): number {
    let place = 0;
    for (let earlier = 0; earlier < task; earlier++) place += this.ownSize(earlier);
    return place;
  }

  /** θ with the hidden layers of a path, of which a task's own were put away; the head is 0. */
  private hiddenOf(task: number): Float32Array {
    const { tree } = this;
    const { memory } = this.learner;
    const theta = new Float32Array(this.network.parameterCount);
    for (let layer = 0; layer < this.head; layer++) {
      const owner = ownerOf(tree, task, layer);
      const [from, to] = [this.startOf(layer), this.startOf(layer + 1)];
      const place = owner < 0 ? from : this.placeOf(owner) + from - this.ownStart(owner);
      const values = memory.floats(owner < 0 ? 'trunk' : 'branches');
      theta.set(values.subarray(place, place + to - from), from);
    }
    return theta;
  }

  /** Places in θ of what leads to the outputs of a task. */
  private headPlaces(task: number): Int32Array {
    const { outputs, heads } = this.learner.stream;
    const own = new Set(heads[task]);
    const start = this.startOf(this.head);
    const all = Int32Array.from({ length: this.network.parameterCount - start }, (_, i) => start + i);
    return all.filter((_, i) => own.has(i % outputs));
  }
}
