import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { firstDifference } from '../../core/difference';
import { decodeCheckpoint } from '../checkpoint';
import type { Batches, Method } from '../contract/method';
import type { Slope } from '../contract/step';
import type { Stream } from '../contract/stream';
import { viewsFault } from '../own/views';
import { weightsFault } from '../own/weights';
import { rewrittenWith } from '../steps/rewritten';
import { changedInPlace } from './changedInPlace';
import type { ToySpec } from './toyData';
import {
  numbersOf,
  ofType,
  parametersAfter,
  toyStream,
  toyTasks,
  type Running,
  type ToyRun,
  type ToyRuns,
} from './toyRun';

/** Steps of a task, as the recipe asks for them. */
export const STEPS = 4;

/** A method does not keep to its contract. */
export class ContractError extends Error {
  override readonly name = 'ContractError';

  /** @param part of the method that is to blame, where that is known */
  constructor(
    message: string,
    readonly part?: keyof Method,
  ) {
    super(message);
  }
}

function require(holds: boolean, what: string, part?: keyof Method): asserts holds {
  if (!holds) throw new ContractError(what, part);
}

export interface Checked {
  readonly runs: ToyRuns;
  readonly spec: ToySpec;
  /** A new method of the spec. */
  readonly method: () => Method;
  readonly isNative: boolean;
  /** Its memory is counted otherwise than by the arrays that it keeps and carries. */
  readonly countsOtherwise?: boolean;
}

/** What every method must keep to, tried on small runs of the real trainer. Each part throws an Error that says what is wrong. */
export class ContractChecks {
  private done: Promise<ToyRun> | undefined;

  constructor(private readonly checked: Checked) {}

  /** A run of the method to its end, in which every step is compiled where it can be. */
  whole(): Promise<ToyRun> {
    this.done ??= this.wholeRun(this.checked.spec);
    return this.done;
  }

  /** All it gives is finite and of fixed shapes, its views are of the kinds that there are. */
  async fixedAndFinite(): Promise<ToyRun> {
    const { spec, method } = this.checked;
    const seen = { steps: 0 };
    const run = await this.run(
      { ...spec, eager: true },
      { method: replacing(watched(method(), toyStream(spec), seen)) },
    );
    // What it found.
    if (run.error) throw run.error;
    const planned = ofType(run.events, 'task-start').reduce((sum, { task, steps }) => {
      // Where a phase ended early, the log says how many there are after all.
      const corrected = ofType(run.events, 'plan').filter((plan) => plan.task === task);
      return sum + (corrected.at(-1)?.steps ?? steps);
    }, 0);
    require(seen.steps === planned, `it took ${seen.steps} steps, and ${planned} were planned`);
    return run;
  }

  /** The same settings give the same numbers again, in calls of one step or of many. */
  async sameAgain(): Promise<void> {
    const again = await this.wholeRun(this.checked.spec, { clock: 'real' });
    require(isDeepStrictEqual(
      numbersOf(again),
      numbersOf(await this.whole()),
    ), 'the same settings and seed gave other numbers the second time: does it use Math.random or Date, or keep something outside of its memory?');
  }

  /** Stopped or killed at every chance, it goes on to the same numbers and the same log. */
  async sameInPieces(whole?: ToyRun): Promise<void> {
    const { run, places } = await this.runInPieces();
    if (run.error) throw run.error;
    await this.requireMiddles(places, run);
    const [found, wanted] = [run, whole ?? (await this.whole())];
    const differing = firstDifference(logOf(found), logOf(wanted));
    require(differing === undefined &&
      isDeepStrictEqual(
        numbersOf(found),
        numbersOf(wanted),
      ), `stopped and resumed, it came to other numbers: what has to go on stands in "keeps" and "carries", and nowhere else${
      differing ? ` (line ${differing.line} of the log, "${differing.field}")` : ''
    }`);
  }

  /** Its memory is what it declares, is counted, and takes no more room the longer it trains. */
  async declaredMemory(): Promise<void> {
    const { runs, spec, method: make, countsOtherwise } = this.checked;
    const method = make();
    await runs.learner(spec, method);
    const whole = await this.whole();
    const [kept, carries] = [method.keeps?.() ?? {}, method.carries?.() ?? {}];
    const { memory, carried } = checkpointOf(whole);
    const names = (what: object) => Object.keys(what).sort().join();
    require(names(memory) === names(kept), `it keeps ${names(memory)}, and declares ${names(kept)}`, 'keeps');
    require(names(carried) ===
      names(carries), `its steps carry ${names(carried)}, and it declares ${names(carries)}`, 'carries');
    for (const [name, values] of Object.entries(memory))
      require(values.constructor ===
        kept[name]?.initial.constructor, `"${name}" is kept in another type than declared`, 'keeps');
    for (const [name, { length }] of Object.entries(carried))
      require(length ===
        carries[name]?.values.length, `"${name}" is carried in another length than declared`, 'carries');

    const [, second = NaN, third = NaN] = ofType(whole.events, 'task-end').map(({ memoryBytes }) => memoryBytes);
    const counted = [keptBytes(whole, 'previous'), keptBytes(whole)];
    if (countsOtherwise) require(second >= 0 && third >= 0, 'it counts less than no memory', 'memoryBytes');
    else
      require(second === counted[0] &&
        third ===
          counted[1], `it counts ${second} and ${third} bytes of memory, and keeps ${counted.join(' and ')}`, 'keeps');

    const longer = await this.wholeRun(
      { ...spec, training: { ...spec.training, iterations: 3 * STEPS } },
      { clock: 'real' },
    );
    require(keptBytes(longer) ===
      keptBytes(
        whole,
      ), `with three times as many steps it keeps ${keptBytes(longer)} bytes instead of ${keptBytes(whole)}: a memory grows with tasks, not with steps`, 'keeps');
  }

  /** Compiled steps come to what eager ones come to. For native TensorFlow: elsewhere all steps are eager. */
  async sameEagerly(): Promise<void> {
    const [found = [], wanted = []] = [
      await this.whole(),
      await this.wholeRun({ ...this.checked.spec, eager: true }),
    ].map(allParameters);
    require(found.length === wanted.length, 'compiled it has another number of parameters');
    const off = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - (found[i] ?? NaN))), 0);
    require(off < 1e-4, `compiled steps are off by ${off}`);
  }

  private run(spec: ToySpec, running: Running = {}): Promise<ToyRun> {
    return this.checked.runs.run(spec, { ...running, method: running.method ?? this.checked.method() });
  }

  private async wholeRun(spec: ToySpec, running: Running = {}): Promise<ToyRun> {
    const run = await this.run(spec, running);
    if (run.error) throw run.error;
    const [warning] = ofType(run.events, 'warning');
    require(warning === undefined, `the run warns: ${warning?.message}`);
    return run;
  }

  /**
   * Stops at every chance there is, and is killed on the way to it, but not on native TensorFlow, where each piece compiles
   * its steps. @returns the run that got to the end
   */
  private async runInPieces(): Promise<{ run: ToyRun; places: ReadonlySet<string> }> {
    const { spec, isNative } = this.checked;
    const places = new Set<string>();
    let run = await this.run(spec, { stopAt: 1 });
    let place = '';
    let stopAt = 2;
    const advance = () => {
      const [lost] = ofType(run.events, 'warning');
      require(lost === undefined, `stopped and resumed, the run warns: ${lost?.message}`);
      const now = placeOf(run);
      // Work between steps begins anew each time, and must once come to its end.
      stopAt = now === place ? stopAt + 1 : 2;
      place = now;
      places.add(now);
    };
    while (run.status === 'stopped') {
      advance();
      const { folder } = run;
      if (!isNative) {
        run = await this.run(spec, { resume: folder, killAt: stopAt });
        // It may have got to the end of a task.
        if (placeOf(run) !== place) advance();
      }
      run = await this.run(spec, { resume: folder, stopAt });
    }
    return { run, places };
  }

  /** Every phase of more than one step was broken off in the middle; of one that ended early nobody knows where that is. */
  private async requireMiddles(places: ReadonlySet<string>, { events }: ToyRun) {
    const { runs, spec, method: make } = this.checked;
    const method = make();
    await runs.learner(spec, method);
    const endedEarly = new Set(ofType(events, 'plan').map(({ task }) => task));
    for (const task of toyTasks.filter((one) => !endedEarly.has(one)))
      (method.phases?.(task, STEPS) ?? [{ steps: STEPS }]).forEach(({ steps }, phase) => {
        const middle = [task, phase, Math.floor(steps / 2)].join();
        require(steps <= 1 || places.has(middle), `no checkpoint was made in the middle of task ${task + 1}`);
      });
  }
}

const logOf = ({ folder }: ToyRun) => readFileSync(path.join(folder, 'events.jsonl'), 'utf8');
const checkpointOf = ({ folder }: ToyRun, name = 'latest') =>
  decodeCheckpoint(readFileSync(path.join(folder, `checkpoints/${name}.safetensors`)));

/** Bytes of what the method keeps and carries, as a checkpoint has it. */
export function keptBytes(run: ToyRun, name?: string): number {
  const { memory, carried } = checkpointOf(run, name);
  return [...Object.values(memory), ...Object.values(carried)].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Where a run goes on: task, phase and step. */
function placeOf(run: ToyRun): string {
  if (run.error) throw run.error;
  const { task, phase, step } = checkpointOf(run);
  return [task, phase, step].join();
}

/** All parameters after each task, in the order of their names. */
const allParameters = ({ folder }: ToyRun): number[] =>
  toyTasks.flatMap((task) =>
    Object.entries(parametersAfter(folder, task))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, { values }]) => [...values]),
  );

// ---- what a step may be

function finite(what: string, tensor: tf.Tensor, shape: readonly number[]) {
  require(isDeepStrictEqual(tensor.shape, [
    ...shape,
  ]), `${what} has the shape [${tensor.shape.join()}], not [${shape.join()}]`);
  require(tensor.dtype === 'float32', `${what} is of type ${tensor.dtype}`);
  require(tensor.dataSync().every(Number.isFinite), `${what} is not finite`);
}

function requireSlope({ loss, task, total }: Slope, parameters: number) {
  finite('the loss of a slope', loss, []);
  finite('the task part of a slope', task, [parameters]);
  finite('the total of a slope', total, [parameters]);
}

/** Each example has a task that sees it and a weight; the weights of the loss add up to 1. */
function requireBatches(batches: Batches, { dataset, tasks: all }: Stream) {
  const fault = weightsFault(batches);
  require(fault === undefined, String(fault));
  for (const [name, { indices, tasks, weights: own, columns = {} }] of Object.entries(batches)) {
    require(indices.length > 0, `the batch "${name}" is empty`);
    require(tasks.length === indices.length &&
      own.length === indices.length, `the batch "${name}" has not a task and a weight for each example`);
    const inside = (values: Int32Array, end: number) => values.every((value) => value >= 0 && value < end);
    require(inside(indices, dataset.train.count), `the batch "${name}" has an example that there is none of`);
    require(inside(tasks, all.length), `the batch "${name}" has a task that there is none of`);
    for (const [column, { length }] of Object.entries(columns))
      require(length % indices.length === 0, `the column "${column}" has not as many values for each example`);
  }
}

/** The method, which looks at everything it gives; `seen` counts its steps. */
function watched(method: Method, stream: Stream, seen: { steps: number }): Method {
  const parts: Partial<Method> = {
    batches(batches, position, lesson) {
      const found = method.batches?.(batches, position, lesson) ?? batches;
      requireBatches(found, stream);
      return found;
    },
    gradient(theta, differentiate, step) {
      const slope = method.gradient?.(theta, differentiate, step) ?? differentiate(theta);
      requireSlope(slope, theta.size);
      return slope;
    },
    update(proposed, slope, step) {
      seen.steps++;
      const next = rewrittenWith(proposed, method.update?.(proposed, slope, step));
      finite('θ after a step', next.theta, proposed.theta.shape);
      for (const [name, slot] of Object.entries(next.slots)) finite(`the slot "${name}"`, slot, proposed.theta.shape);
      return next;
    },
    carry(next, slope, step) {
      const carried = method.carry?.(next, slope, step) ?? {};
      const declared = method.carries?.() ?? {};
      const names = (what: object) => Object.keys(what).sort().join();
      require(names(carried) ===
        names(declared), `a step hands on ${names(carried)}, and "carries" has ${names(declared)}`);
      for (const [name, tensor] of Object.entries(carried))
        finite(`what a step hands on as "${name}"`, tensor, declared[name]?.shape ?? []);
      return carried;
    },
    parametersFor(task, theta) {
      const own = method.parametersFor?.(task, theta) ?? theta;
      finite('the parameters to test with', own, [method.networkFor?.(task).parameterCount ?? theta.size]);
      return own;
    },
    inspect(task) {
      const views = method.inspect?.(task) ?? [];
      const fault = viewsFault(views);
      require(fault === undefined, String(fault));
      return views;
    },
    ...(method.loss && {
      loss(plain, outputs, batch, step) {
        const loss = method.loss?.(plain, outputs, batch, step) ?? plain;
        require(loss.shape.length === 0, `the loss has the shape [${loss.shape.join()}]`);
        return loss;
      },
    }),
    ...(method.penalty && {
      penalty(theta, step) {
        const found = method.penalty?.(theta, step);
        if (found) {
          finite('the penalty', found.value, []);
          finite('the gradient of the penalty', found.gradient, theta.shape);
        }
        return found;
      },
    }),
  };
  return { ...method, ...parts };
}

/** The method, whose memory is looked at: arrays are replaced, never changed in place. */
const replacing = (method: Method): Method =>
  changedInPlace(method, (name, part) => {
    throw new ContractError(
      `it changes the array "${name}" of its memory in place: make another one and hand it to "memory.set"`,
      part,
    );
  });
