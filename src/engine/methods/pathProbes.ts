import * as tf from '@tensorflow/tfjs-core';
import { probeSettings } from '../../core/analyses/probe';
import type { BranchingSettings } from '../../core/methods/branching';
import type { Learner, RowFunction } from '../contract/learner';
import type { Kept } from '../contract/memory';
import type { LayeredNetwork } from '../contract/network';
import { passesOfLayers, type Passed } from '../measures/layerPasses';
import { trainedProbe } from '../measures/linearProbe';
import { placesInHead } from '../measures/placesInHead';
import { sample } from '../random';
import { valuesOfEach } from '../valuesOf';
import type { BranchStore } from './branchStore';
import { ownerOf, type Tree } from './branchTree';
import type { TaskRelatedness } from './taskRelatedness';

/** Examples taken through a path at once. */
const CHUNK = 250;

/** How a probe is trained: as by the analysis of that name. */
const { samples: _, ...training } = probeSettings.parse({});

/**
 * Relatedness by linear probes (linear-probe transfer; Alain & Bengio 2016 for the probes). A linear classifier of the new task
 * is trained on what a hidden layer on the path of an earlier task passes on of `samples` of its training examples, and tested
 * on as many others of them. With its accuracy a, that of the same classifier on the inputs a₀, and that of guessing c,
 *
 *     relatedness = (a − c) / (a₀ − c)
 *
 * It is 1 where the layer leaves the new task as easy to tell apart as the inputs do, more where it makes it easier, 0 where
 * nothing of it is left. It is the path of the earlier task that is probed and not the trunk: a branch is to stand on the
 * layers of that path, and the trunk says the same of all tasks that left it.
 *
 * What was found is kept, task after task a number for each earlier task and layer (`related`): no example, and nothing of the
 * classifiers.
 */
export class PathProbes implements TaskRelatedness {
  readonly quantity = 'accuracy of a probe, beside that on the inputs';
  readonly ofLayer = 'of what each layer passes on';
  private readonly hidden: number;
  private readonly passed: RowFunction;

  constructor(
    private readonly learner: Learner,
    network: LayeredNetwork,
    private readonly settings: Pick<BranchingSettings, 'samples' | 'trunkTasks'>,
    private readonly store: BranchStore,
  ) {
    this.hidden = network.layers.length - 1;
    const layers = passesOfLayers(network);
    this.passed = (theta, x) => [tf.clone(x), ...layers(theta, x).slice(0, -1)];
  }

  keeps(): Readonly<Record<string, Kept>> {
    const tasks = this.learner.stream.tasks.length;
    const lengths = Array.from({ length: tasks + 1 }, (_, task) => this.placeOf(task));
    return { related: { initial: new Float32Array(), lengths: [...new Set(lengths)] } };
  }

  async keep(task: number): Promise<void> {
    if (task < this.settings.trunkTasks) return;
    const { memory } = this.learner;
    const found = await this.measured(task);
    const before = memory.floats('related');
    const all = new Float32Array(before.length + found.length);
    all.set(before);
    all.set(found, before.length);
    memory.set('related', all);
  }

  related(task: number, earlier: number): number[] {
    const at = this.placeOf(task) + earlier * this.hidden;
    return [...this.learner.memory.floats('related').subarray(at, at + this.hidden)];
  }

  /** Where the numbers of a task begin. */
  private placeOf(task: number): number {
    let place = 0;
    for (let earlier = this.settings.trunkTasks; earlier < task; earlier++) place += earlier * this.hidden;
    return place;
  }

  /** Of each earlier task and hidden layer. */
  private async measured(task: number): Promise<number[]> {
    const { learner, store } = this;
    const { tree } = store;
    const probed = this.drawn(task);
    const known = new Map<string, number>();
    const found: number[] = [];
    for (let earlier = 0; earlier < task; earlier++) {
      learner.setTheta(store.beginningOf({ parent: earlier, stage: this.hidden }, task));
      const [train, held] = [this.layersOf(task, probed.train), this.layersOf(task, probed.held)];
      for (let layer = 0; layer <= this.hidden; layer++) {
        const key = ownersUpTo(tree, earlier, layer);
        // Layers that several paths share are probed once.
        if (!known.has(key))
          known.set(key, await this.accuracyOf(task, probed, train[layer] as Passed, held[layer] as Passed));
        if (layer > 0) found.push(known.get(key) as number);
      }
      await learner.progress('representations', (earlier + 1) / task);
    }
    const guessed = 1 / new Set(learner.stream.heads[task]).size;
    // Of inputs that tell nothing as much is asked as one example more than by guessing.
    const ofInputs = Math.max((known.get('') ?? 0) - guessed, 1 / Math.max(1, probed.held.length));
    return found.map((accuracy) => (accuracy - guessed) / ofInputs);
  }

  /** Examples that probes are trained on, and others that they are tested on: half of the task each at most. */
  private drawn(task: number): Probed {
    const { learner, settings } = this;
    const all = learner.examples[task] ?? new Int32Array();
    const each = Math.min(settings.samples, Math.floor(all.length / 2));
    const indices = sample(all, 2 * each, learner.random('branching probe', task));
    return { train: indices.filter((_, i) => i % 2 === 0), held: indices.filter((_, i) => i % 2 === 1) };
  }

  private async accuracyOf(task: number, { train, held }: Probed, features: Passed, others: Passed): Promise<number> {
    const { stream } = this.learner;
    const labels = (indices: Int32Array) => placesInHead(stream, 'train', { task, indices });
    const classes = new Set(stream.heads[task]).size;
    const said = (await trainedProbe(features, labels(train), { ...training, classes })).predict(others);
    const right = labels(held);
    return said.filter((one, i) => one === right[i]).length / Math.max(1, right.length);
  }

  /** The inputs, and what each hidden layer passes on of them, with the present θ. */
  private layersOf(task: number, indices: Int32Array): Passed[] {
    const chunks: Float32Array[][] = [];
    for (let start = 0; start < indices.length; start += CHUNK) {
      const some = { task, indices: indices.subarray(start, start + CHUNK) };
      chunks.push(valuesOfEach(() => this.learner.apply(this.passed, Math.min(CHUNK, indices.length), some)));
    }
    return (chunks[0] ?? []).map((first, layer) => {
      const parts = chunks.map((chunk) => chunk[layer] ?? first);
      const values = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
      parts.reduce((at, part) => (values.set(part, at), at + part.length), 0);
      return { rows: indices.length, width: values.length / Math.max(1, indices.length), values };
    });
  }
}

/** Examples by their indices into the data set. */
interface Probed {
  readonly train: Int32Array;
  readonly held: Int32Array;
}

/** Whose the first layers of a path are: what these pass on follows from it. */
const ownersUpTo = (tree: Tree, task: number, layers: number): string =>
  Array.from({ length: layers }, (_, layer) => ownerOf(tree, task, layer)).join(' ');
