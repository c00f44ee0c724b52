import type { BranchingSettings } from '../../core/methods/branching';
import type { Learner, RowFunction } from '../contract/learner';
import type { Kept } from '../contract/memory';
import type { LayeredNetwork } from '../contract/network';
import { sample, samplePlaces } from '../random';
import { linearCkaOfFeatures, principalComponents } from './relatedness';
import type { TaskRelatedness } from './taskRelatedness';
import { representationsOf, seenByLayers, seenWidth, type Representation } from './representation';

/** A convolution sees a patch at each place of an image: so many of them for each example, at most. */
const PLACES = 16;

/**
 * What the hidden layers see of tasks: principal components of each layer, layer after layer, kept in the method's memory
 * task after task (`components`). Measured with the present θ.
 */
export class TaskFeatures implements TaskRelatedness {
  readonly quantity = 'linear CKA';
  readonly ofLayer = 'of what each layer sees';
  private readonly seen: RowFunction;
  /** Of each hidden layer the values that it sees, and how many components are kept of them. */
  private readonly layers: readonly { readonly width: number; readonly directions: number }[];

  constructor(
    private readonly learner: Learner,
    private readonly network: LayeredNetwork,
    private readonly settings: Pick<BranchingSettings, 'samples' | 'directions'>,
  ) {
    this.seen = seenByLayers(network);
    this.layers = network.layers.slice(0, -1).map((_, layer) => {
      const width = seenWidth(network, layer);
      return { width, directions: Math.min(settings.directions, width) };
    });
  }

  keeps(): Readonly<Record<string, Kept>> {
    const lengths = Array.from({ length: this.learner.stream.tasks.length + 1 }, (_, tasks) => tasks * this.size);
    return { components: { initial: new Float32Array(), lengths } };
  }

  /** Those of the tasks that were kept. */
  private ofTasks(): readonly Float32Array[] {
    const all = this.learner.memory.floats('components');
    return Array.from({ length: all.length / this.size }, (_, task) =>
      all.subarray(task * this.size, (task + 1) * this.size),
    );
  }

  /** Measures a task and keeps what was found; tasks come in their order. */
  async keep(task: number): Promise<void> {
    const [before, own] = [this.learner.memory.floats('components'), await this.measured(task)];
    const all = new Float32Array(before.length + own.length);
    all.set(before);
    all.set(own, before.length);
    this.learner.memory.set('components', all);
  }

  /** Looks at all tasks, those that are to come too. */
  async lookAhead(): Promise<(task: number, other: number) => number[]> {
    const all: Float32Array[] = [];
    const { tasks } = this.learner.stream;
    for (const task of tasks.keys()) all.push(await this.measured(task, (task + 1) / tasks.length));
    return (task, other) => this.between(task, other, all);
  }

  /** @param share of all that is being measured that is done then */
  private async measured(task: number, share = 1): Promise<Float32Array> {
    const { learner, settings } = this;
    const random = learner.random('branching', task);
    const indices = sample(learner.examples[task] ?? new Int32Array(), settings.samples, random);
    const all = representationsOf(learner, this.network, this.seen, { task, indices });
    const components = new Float32Array(this.size);
    let at = 0;
    for (const [layer, { directions, width }] of this.layers.entries()) {
      const seen = thinned(
        all[layer] as Representation,
        PLACES * settings.samples,
        learner.random('branching', task, layer),
      );
      components.set(principalComponents(seen, directions), at);
      at += directions * width;
    }
    // A run that is stopped here measures all of it again: so it is asked seldom.
    await learner.progress('representations', share);
    return components;
  }

  related(task: number, other: number): number[] {
    return this.between(task, other, this.ofTasks());
  }

  /** @param all components of each task */
  private between(task: number, other: number, all: readonly Float32Array[]): number[] {
    let at = 0;
    return this.layers.map(({ directions, width }) => {
      const [from, to] = [at, (at += directions * width)];
      const [own = new Float32Array(), others = new Float32Array()] = [all[task], all[other]];
      return linearCkaOfFeatures(own.subarray(from, to), others.subarray(from, to), width);
    });
  }

  private get size(): number {
    return this.layers.reduce((sum, { directions, width }) => sum + directions * width, 0);
  }
}

/** Some of the rows, drawn. */
function thinned({ width, rows }: Representation, most: number, random: () => number): Representation {
  const count = rows.length / width;
  if (count <= most) return { width, rows };
  const kept = new Float32Array(most * width);
  samplePlaces(count, most, random).forEach((row, i) => {
    kept.set(rows.subarray(row * width, (row + 1) * width), i * width);
  });
  return { width, rows: kept };
}
