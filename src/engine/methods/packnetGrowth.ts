import type { View } from '../../core/mechanism';
import type { Learner } from '../contract/learner';
import type { LayeredNetwork } from '../contract/network';
import { blocksOf, widthsOf } from '../networks/blocks';
import { withFreshUnits } from '../networks/wider';
import { LearnedWidths } from './learnedWidths';
import { parametersOfLayers } from './parametersOfLayers';

/** When PackNet grows, and by how much. */
export interface Room {
  /** Share of a layer's weights that has to be free when a task begins. */
  readonly below: number;
  /** Units that a layer gets, as a share of those that it began with. */
  readonly by: number;
}

/**
 * Widths of the hidden layers with which a task can begin: a layer of which too little is free gets wider, once.
 *
 * @param owner of each parameter, 0 for nobody
 * @param first widths that the run began with
 * @returns undefined where there is room as it is
 */
export function widthsWithRoom(
  network: LayeredNetwork,
  owner: Uint8Array,
  first: readonly number[],
  { below, by }: Room,
): number[] | undefined {
  const now = widthsOf(network);
  const shares = blocksOf(network)
    .filter(({ isBias }) => !isBias)
    .map(({ offset, places, inputs, outputs }) =>
      freeShare(owner.subarray(offset, offset + places * inputs * outputs)),
    );
  const next = now.map((units, layer) =>
    (shares[layer] ?? 1) < below ? units + Math.max(1, Math.round(by * (first[layer] ?? units))) : units,
  );
  return next.some((units, layer) => units > (now[layer] ?? 0)) ? next : undefined;
}

const freeShare = (owner: Uint8Array) => owner.reduce((free, own) => free + Number(own === 0), 0) / owner.length;

/** Makes room for tasks, and remembers the widths with which each was learned. */
export class GrowingNetwork {
  private readonly first: readonly number[];
  private readonly learned: LearnedWidths;

  /** @param learner whose run begins */
  constructor(private readonly learner: Learner) {
    this.learned = new LearnedWidths(learner, 'PackNet that grows');
    this.first = widthsOf(this.present);
  }

  /** What has to be in the memory. */
  keeps() {
    return this.learned.keeps();
  }

  get present(): LayeredNetwork {
    return this.learned.present;
  }

  /** Before a task, all of whose free weights are 0: more units where there is too little room, and the same function. */
  async makeRoom(task: number, owner: Uint8Array, room: Room): Promise<void> {
    const { learner, present, first } = this;
    const widths = task === 0 ? undefined : widthsWithRoom(present, owner, first, room);
    if (widths) {
      const wider = withFreshUnits(present, widths, learner.random('packnet', 'grow', task));
      const before = Float32Array.from(learner.theta.dataSync());
      learner.replaceNetwork(wider.network, wider.move);
      learner.setTheta(wider.theta(before));
      await learner.progress('grow', 1, widths.join('-'));
    }
    this.learned.set(task);
  }

  /** The one that a task was learned with: its logits are those of then, to the bit. */
  of(task: number): LayeredNetwork {
    return this.learned.networkOf(task);
  }

  /** Of the whole, after each task: so it is seen over time. */
  view(): View {
    return parametersOfLayers(this.present);
  }
}
