import type { Learner } from '../contract/learner';
import type { ExampleList } from '../contract/method';
import { randomInt, type Random } from '../random';
import { classInTask } from './buffer';

/**
 * The greedy sampler of GDumb (Prabhu, Torr & Dokania 2020, algorithm 1). An example is taken where its class is new, or has
 * less than size / classes in memory; where that is full a random example of the largest class makes room. (Of several
 * largest the one that was met first.)
 */
export class GreedySampler {
  /** Class → its examples, in the order in which classes were met. */
  private readonly byClass = new Map<number, { index: number; task: number }[]>();
  private count = 0;

  /** @param stored before, by class in the order in which they were met */
  constructor(
    { indices, tasks }: ExampleList,
    private readonly size: number,
    private readonly learner: Learner,
  ) {
    indices.forEach((index, i) => this.add(index, tasks[i] as number));
  }

  offer(index: number, task: number, random: Random): void {
    const label = classInTask(this.learner, index, task);
    const own = this.byClass.get(label);
    if (own && own.length >= this.size / this.byClass.size) return;
    if (this.count >= this.size) this.makeRoom(random);
    this.add(index, task);
  }

  get stored(): ExampleList {
    const all = [...this.byClass.values()].flat();
    return { indices: Int32Array.from(all, ({ index }) => index), tasks: Int32Array.from(all, ({ task }) => task) };
  }

  private add(index: number, task: number): void {
    const label = classInTask(this.learner, index, task);
    const own = this.byClass.get(label) ?? [];
    this.byClass.set(label, own);
    own.push({ index, task });
    this.count++;
  }

  private makeRoom(random: Random): void {
    let [largest = []] = this.byClass.values();
    for (const own of this.byClass.values()) if (own.length > largest.length) largest = own;
    largest.splice(randomInt(random, largest.length), 1);
    this.count--;
  }
}
