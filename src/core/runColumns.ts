import { MOST_METRIC_NAMES, type EventOf, type RunEvent } from './events';
import { drawnTasks } from './grid';
import { valueOn, type AccuracyKind } from './measured';
import { isTold, toldKinds, type ToldKind } from './told';

/** Numbers in a row, added at the end. */
export class Column<Values extends Float32Array | Float64Array = Float32Array | Float64Array> {
  constructor(
    private held: Values,
    private count = held.length,
  ) {}

  static of32 = (): Column<Float32Array> => new Column<Float32Array>(new Float32Array(64), 0);
  static of64 = (): Column<Float64Array> => new Column<Float64Array>(new Float64Array(64), 0);

  get length(): number {
    return this.count;
  }

  /** As they are now: what is added later is not among them. */
  get values(): Values {
    return this.held.subarray(0, this.count) as Values;
  }

  at(index: number): number {
    return this.held[index] ?? NaN;
  }

  push(value: number): void {
    if (this.count === this.held.length) {
      const larger = new (this.held.constructor as new (length: number) => Values)(Math.max(64, 2 * this.count));
      larger.set(this.held);
      this.held = larger;
    }
    this.held[this.count++] = value;
  }

  cutTo(length: number): void {
    this.count = Math.min(this.count, length);
  }
}

/** Something measured again and again: where, in global steps and in steps of a task, and some numbers each time. */
export class Measurements {
  constructor(
    readonly globalStep: Column<Float64Array> = Column.of64(),
    readonly task: Column<Float64Array> = Column.of64(),
    readonly step: Column<Float64Array> = Column.of64(),
    /** NaN where there is no number. */
    readonly values: readonly Column<Float32Array>[] = [],
  ) {}

  static of = (numbers: number): Measurements =>
    new Measurements(undefined, undefined, undefined, Array.from({ length: numbers }, Column.of32));

  get length(): number {
    return this.globalStep.length;
  }

  get columns(): readonly Column[] {
    return [this.globalStep, this.task, this.step, ...this.values];
  }

  /** Where the last one is of the same place it was measured anew after a resumption. */
  add(task: number, step: number, globalStep: number, numbers: readonly number[]): void {
    const last = this.length - 1;
    if (this.task.at(last) === task && this.step.at(last) === step) this.cutTo(last);
    this.globalStep.push(globalStep);
    this.task.push(task);
    this.step.push(step);
    this.values.forEach((column, i) => column.push(numbers[i] ?? NaN));
  }

  /** Leaves out what was measured after a checkpoint from which a run goes on: `step` steps of `task` are done. */
  rewind(task: number, step: number): void {
    let length = this.length;
    const isAfter = (i: number) =>
      this.task.at(i) > task || (this.task.at(i) === task && (step === 0 || this.step.at(i) > step));
    while (length > 0 && isAfter(length - 1)) length--;
    this.cutTo(length);
  }

  private cutTo(length: number): void {
    for (const column of this.columns) column.cutTo(length);
  }
}

/** Where events stand in the log: a line for each. */
export class ToldLines {
  constructor(
    /** Places in `toldKinds`. */
    readonly kind: Column<Float64Array> = Column.of64(),
    readonly task: Column<Float64Array> = Column.of64(),
    /** In bytes. */
    readonly at: Column<Float64Array> = Column.of64(),
    readonly bytes: Column<Float64Array> = Column.of64(),
  ) {}

  get columns(): readonly Column[] {
    return [this.kind, this.task, this.at, this.bytes];
  }

  add(kind: ToldKind, task: number, { at, length }: Line): void {
    this.kind.push(toldKinds.indexOf(kind));
    this.task.push(task);
    this.at.push(at);
    this.bytes.push(length);
  }

  /** Leaves out those that a run which goes on with a task will tell again. */
  rewind(task: number): void {
    let { length } = this.kind;
    while (length > 0 && this.task.at(length - 1) >= task) length--;
    for (const column of this.columns) column.cutTo(length);
  }

  /** Those of one kind, after one task or all. */
  of(kind: ToldKind, task?: number): Line[] {
    const wanted = toldKinds.indexOf(kind);
    return Array.from(this.kind.values, (own, i) => ({ own, i }))
      .filter(({ own, i }) => own === wanted && (task === undefined || this.task.at(i) === task))
      .map(({ i }) => ({ at: this.at.at(i), length: this.bytes.at(i) }));
  }
}

/** Where a line stands in a log (bytes). */
interface Line {
  readonly at: number;
  readonly length: number;
}

const kinds = ['accuracy', 'taskAware'] as const;

/** What a run measured on the way, as columns: of accuracies those of the tasks that charts draw. Grows with its log. */
export class RunColumns {
  readonly drawn: readonly number[];

  constructor(
    readonly taskCount = 0,
    /** Steps of each task, as far as they are known. */
    private plan: readonly number[] = [],
    /** Seconds since the run began, then the accuracy on each drawn task, then the task-aware one on each. */
    readonly points = Measurements.of(1 + 2 * drawnTasks(taskCount).length),
    /** Loss and online accuracy. */
    readonly losses = Measurements.of(2),
    /** Loss and accuracy. */
    readonly validations = Measurements.of(2),
    readonly told = new ToldLines(),
    /** A program's own numbers, by their names: at most `MOST_METRIC_NAMES` of them. */
    readonly metrics: Map<string, Measurements> = new Map(),
  ) {
    this.drawn = drawnTasks(taskCount);
  }

  /** Times of the first and the last event, and how long the run had no process (ms). */
  private firstAt: number | undefined;
  private lastAt = 0;
  private idle = 0;

  static of(events: readonly RunEvent[]): RunColumns {
    return events.reduce<RunColumns>((columns, event) => columns.after(event), new RunColumns());
  }

  /** Accuracies on the task that is drawn as the `place`-th, at each of `points`. */
  accuracies(measure: AccuracyKind, place: number): Float32Array {
    const first = measure === 'accuracy' ? 1 : 1 + this.drawn.length;
    return this.points.values[first + place]?.values ?? new Float32Array();
  }

  /** Seconds since the run began, at each of `points`. */
  get seconds(): Float32Array {
    return this.points.values[0]?.values ?? new Float32Array();
  }

  /** With one event more. Consumes these: keep only the result. */
  after(event: RunEvent, line?: Line): RunColumns {
    const columns = event.type === 'started' ? new RunColumns(event.tasks.length, event.steps) : this;
    columns.take(event);
    if (line && isTold(event)) columns.told.add(event.type, event.task, line);
    columns.firstAt ??= event.at;
    columns.lastAt = event.at;
    return columns;
  }

  private take(event: RunEvent): void {
    switch (event.type) {
      case 'task-start':
      case 'plan':
        return this.correct(event.task, event.steps);
      case 'eval':
        return this.points.add(event.task, event.step, this.globalStep(event), this.numbersOf(event));
      case 'step':
        return this.losses.add(event.task, event.step, this.globalStep(event), [event.loss, event.accuracy ?? NaN]);
      case 'validation':
        return this.validations.add(event.task, event.step, this.globalStep(event), [
          event.loss,
          event.accuracy ?? NaN,
        ]);
      case 'metrics':
        return this.takeMetrics(event);
      case 'resumed':
        this.idle += Math.max(0, event.at - (this.firstAt === undefined ? event.at : this.lastAt));
        if (event.steps !== undefined) this.correct(event.task, event.steps);
        for (const measured of [this.points, this.losses, this.validations, ...this.metrics.values()])
          measured.rewind(event.task, event.step);
        this.told.rewind(event.task);
    }
  }

  /** All numbers there are, in an order that is always the same. */
  get tables(): readonly { readonly columns: readonly Column[] }[] {
    return [this.points, this.losses, this.validations, this.told, ...this.metrics.values()];
  }

  private takeMetrics(event: EventOf<'metrics'>): void {
    for (const [name, value] of Object.entries(event.values)) {
      const known = this.metrics.get(name);
      if (!known && this.metrics.size >= MOST_METRIC_NAMES) continue;
      const measured = known ?? Measurements.of(1);
      measured.add(event.task, event.step, this.globalStep(event), [value ?? NaN]);
      if (!known) this.metrics.set(name, measured);
    }
  }

  get plannedSteps(): readonly number[] {
    return this.plan;
  }

  private correct(task: number, steps: number): void {
    const before = this.plan[task];
    if (before !== undefined && before !== steps) this.plan = this.plan.with(task, steps);
  }

  private globalStep({ task, step }: { readonly task: number; readonly step: number }): number {
    let sum = step;
    for (let i = 0; i < Math.min(task, this.plan.length); i++) sum += this.plan[i] ?? 0;
    return sum;
  }

  private numbersOf(event: EventOf<'eval'>): number[] {
    const numbers = [Math.max(0, event.at - (this.firstAt ?? event.at) - this.idle) / 1000];
    // Plain loops: this is done for every point of every run.
    for (const kind of kinds) for (const task of this.drawn) numbers.push(valueOn(event, kind, task) ?? NaN);
    return numbers;
  }
}
