import type { Lesson, Method } from '../contract/method';
import type { Stream } from '../contract/stream';
import { examplesOf } from '../data/examplesOf';
import { wholeStream } from './wholeStream';

/** What a task trains on, and whether that is something else than its own examples, one after the other. */
interface Given {
  readonly lesson: Lesson;
  readonly isOther: boolean;
}

/** What the steps of each task train on, as the method says when the task begins. */
export class Lessons {
  private given: Given | undefined;

  /** @param examples of each task */
  constructor(
    private readonly stream: Stream,
    private readonly method: Method,
    private readonly examples: readonly Int32Array[],
  ) {}

  /** Of the task that is being trained. */
  get current(): Lesson {
    if (!this.given) throw new Error('no task has begun');
    return this.given.lesson;
  }

  /** The present one where a checkpoint has to hold it. */
  get other(): Lesson | undefined {
    return this.given?.isOther ? this.given.lesson : undefined;
  }

  /** Whether the present one is all examples of the stream through the whole run: a checkpoint need not list them. */
  get isWholeStream(): boolean {
    const { throughTheRun, indices, tasks } = this.current;
    const count = this.examples.reduce((sum, { length }) => sum + length, 0);
    if (throughTheRun !== true || indices.length !== count) return false;
    const whole = this.wholeStream();
    return areEqual(indices, whole.indices) && areEqual(tasks, whole.tasks);
  }

  wholeStream(): Lesson {
    return wholeStream(this.examples);
  }

  /** Whether a task may train on something else than its own examples. */
  get mayBeOther(): boolean {
    return this.method.lesson !== undefined;
  }

  /** A task begins. @throws RangeError when the method gives a lesson that cannot be */
  begin(task: number): Lesson {
    const own = this.ownOf(task);
    const lesson = this.method.lesson?.(task) ?? own;
    // One that goes through the run was looked at before, and may have millions of examples.
    if (own.indices.length === 0 || (lesson !== own && lesson !== this.given?.lesson)) this.requireLesson(lesson);
    this.given = { lesson, isOther: !isSame(lesson, own) };
    return lesson;
  }

  /** A task goes on. @param other from a checkpoint */
  resume(task: number, other: Lesson | undefined): Lesson {
    const lesson = other ?? this.ownOf(task);
    this.given = { lesson, isOther: other !== undefined };
    return lesson;
  }

  /** Looks whether a task can be trained on it. @throws RangeError */
  requireLesson({ indices, tasks }: Lesson): void {
    const { train } = this.stream.dataset;
    if (indices.length === 0) throw new RangeError('the lesson of the task has no examples');
    if (tasks.length !== indices.length) throw new RangeError('the lesson has not one task for each example');
    if (!indices.every((index) => index >= 0 && index < train.count))
      throw new RangeError('the lesson has examples that the data set does not have');
    if (!tasks.every((task) => task >= 0 && task < this.stream.tasks.length))
      throw new RangeError('the lesson has examples of tasks that the stream does not have');
  }

  private ownOf(task: number): Lesson {
    return examplesOf(task, this.examples[task] ?? new Int32Array());
  }
}

const isSame = (a: Lesson, b: Lesson): boolean =>
  a.throughTheRun === b.throughTheRun && areEqual(a.indices, b.indices) && areEqual(a.tasks, b.tasks);

const areEqual = (a: Int32Array, b: Int32Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
