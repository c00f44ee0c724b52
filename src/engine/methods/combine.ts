import * as tf from '@tensorflow/tfjs-core';
import type { Learner } from '../contract/learner';
import type { Lesson, Method } from '../contract/method';
import type { Asked, Network } from '../contract/network';
import type { Step, Tensors } from '../contract/step';
import { bytesOf } from '../steps/memory';
import { rewrittenWith } from '../steps/rewritten';

/**
 * Several methods as one, in their order: each wraps what those before it do. What each keeps, carries and gives to its
 * steps has its id before the name, and each sees only its own.
 *
 * @throws Error when two want to say the same of a task, or when to end another's phases, or are the same method
 */
export function combine(methods: readonly Method[]): Method {
  const twice = methods.find(({ id }, i) => methods.findIndex((other) => other.id === id) < i);
  if (twice) throw new Error(`${twice.id} stands twice in a combination`);
  requireOwnPhases(methods);
  const combined: Partial<Record<keyof Method, unknown>> = {};
  for (const [part, combineParts] of Object.entries(parts) as [keyof Method, Combine<keyof Method>][]) {
    const having = methods.filter((method) => method[part] !== undefined);
    if (having.length > 0) combined[part] = combineParts(having);
  }
  const learners = new Map<Method, Learner>();
  const size = (method: Method) => (learners.get(method)?.memory.size ?? 0) + bytesOf(method.carries?.() ?? {});
  return {
    ...(combined as Omit<Method, 'id'>),
    id: parts.id(methods),
    begin(learner) {
      for (const method of methods) {
        learners.set(method, learnerFor(learner, method.id));
        method.begin?.(learners.get(method) as Learner);
      }
    },
    memoryBytes: () => methods.reduce((sum, method) => sum + (method.memoryBytes?.() ?? size(method)), 0),
  };
}

/** Who ends phases early says how often it is asked, with the phases: they must be its own. */
function requireOwnPhases(methods: readonly Method[]): void {
  const planning = methods.find((method) => method.phases !== undefined);
  const ending = methods.find((method) => method !== planning && method.afterSteps !== undefined);
  if (ending && planning) throw new Error(`${ending.id} wants to end the phases of ${planning.id}`);
}

type Combine<Part extends keyof Method> = (methods: readonly Method[]) => NonNullable<Method[Part]>;

/** How each part of the contract is combined, out of those that have it; the parts of `combine` itself are needed always. */
const parts: { readonly [Part in Exclude<keyof Required<Method>, 'begin' | 'memoryBytes'>]: Combine<Part> } = {
  id: (methods) => methods.map(({ id }) => id).join('+'),
  network: (methods) => {
    const method = only(methods, 'network');
    return (experiment, ...about) => {
      const own = method.network?.(experiment, ...about) ?? experiment;
      // Its own constants are what it knows.
      return { ...own, forward: (parameters, x, asked) => own.forward(parameters, x, askedFor(asked, method.id)) };
    };
  },
  columnsAt: (methods) => (task) =>
    Object.fromEntries(methods.flatMap((method) => Object.entries(method.columnsAt?.(task) ?? {}))),
  taskAwareOnly: (methods) => methods.some(({ taskAwareOnly }) => taskAwareOnly === true),
  keeps: (methods) => () => named(methods, (method) => method.keeps?.()),
  lesson: (methods) => {
    const method = only(methods, 'lesson');
    return (task) => method.lesson?.(task) as Lesson;
  },
  phases: (methods) => {
    const method = only(methods, 'phases');
    return (task, steps) => method.phases?.(task, steps) ?? [];
  },
  freezesStatistics: (methods) => (task) => methods.some((method) => method.freezesStatistics?.(task) === true),
  // All prepare, and one that finds nothing to learn in the phase is enough to skip it.
  beforePhase: (methods) => async (position) => {
    let isSkipped = false;
    for (const method of methods) if ((await method.beforePhase?.(position)) === 'skip') isSkipped = true;
    return isSkipped ? 'skip' : undefined;
  },
  stepSize: (methods) => (position, base) =>
    methods.reduce((found, method) => method.stepSize?.(position, found) ?? found, base),
  batches: (methods) => (batches, position, lesson) =>
    methods.reduce((found, method) => method.batches?.(found, position, lesson) ?? found, batches),
  met: (methods) => (lesson, position) => methods.forEach((method) => method.met?.(lesson, position)),
  afterStep: (methods) => (position) => methods.forEach((method) => method.afterStep?.(position)),
  afterSteps: (methods) => {
    const method = only(methods, 'end of the phases');
    return (position, loss) => method.afterSteps?.(position, loss);
  },
  grown: (methods) => (move) => methods.forEach((method) => method.grown?.(move)),
  afterTask: (methods) => async (task) => {
    for (const method of methods) await method.afterTask?.(task);
  },
  constants: (methods) => () => named(methods, (method) => method.constants?.()),
  carries: (methods) => () => named(methods, (method) => method.carries?.()),
  loss: (methods) => (plain, outputs, batch, step) =>
    methods.reduce((loss, method) => method.loss?.(loss, outputs, batch, stepFor(step, method.id)) ?? loss, plain),
  penalty: (methods) => (theta, step) => {
    const found = methods.flatMap((method) => method.penalty?.(theta, stepFor(step, method.id)) ?? []);
    if (found.length === 0) return undefined;
    return {
      value: tf.addN(found.map(({ value }) => value)),
      gradient: tf.addN(found.map(({ gradient }) => gradient)),
    };
  },
  gradient: (methods) => (theta, differentiate, step) => {
    // A call that gives batches goes straight to their loss.
    const outermost = methods.reduce(
      (inner, method) => (at, batches) =>
        batches ? differentiate(at, batches) : (method.gradient?.(at, inner, stepFor(step, method.id)) ?? inner(at)),
      differentiate,
    );
    return outermost(theta);
  },
  ask: (methods) => {
    const [method, other] = methods;
    if (other) throw new Error(`${method?.id} and ${other.id} both want to ask the host in the middle of a step`);
    // About the slope that all of them have made of it.
    return (slope, step) => method?.ask?.(slope, stepFor(step, method.id));
  },
  update: (methods) => (proposed, slope, step) =>
    methods.reduce(
      (found, method) => rewrittenWith(found, method.update?.(found, slope, stepFor(step, method.id))),
      proposed,
    ),
  carry: (methods) => (next, slope, step) =>
    named(methods, (method) => method.carry?.(next, slope, stepFor(step, method.id))),
  beforeEvaluation: (methods) => (theta) =>
    methods.reduce((found, method) => method.beforeEvaluation?.(found) ?? found, theta),
  networkFor: (methods) => {
    const method = only(methods, 'network at test');
    return (task) => method.networkFor?.(task) as Network;
  },
  parametersFor: (methods) => (task, theta) =>
    methods.reduce((found, method) => method.parametersFor?.(task, found) ?? found, theta),
  statisticsFor: (methods) => (task, statistics) =>
    methods.reduce((found, method) => method.statisticsFor?.(task, found) ?? found, statistics),
  templates: (methods) => {
    const method = only(methods, 'answers');
    return (...tested) => method.templates?.(...tested) ?? {};
  },
  scores: (methods) => {
    const method = only(methods, 'answers');
    return (outputs, templates) => method.scores?.(outputs, templates) ?? outputs.logits;
  },
  inspect: (methods) => (task) =>
    methods.flatMap((method) => (method.inspect?.(task) ?? []).map((view) => ({ ...view, method: method.id }))),
};

function only(methods: readonly Method[], what: string): Method {
  const [first, second] = methods;
  if (!first) throw new Error('a combination of no methods');
  if (second) throw new Error(`${first.id} and ${second.id} both want to say the ${what} of a task`);
  return first;
}

const nameFor = (id: string, name: string) => `${id}/${name}`;

/** What methods give by name, as one. */
function named<T>(
  methods: readonly Method[],
  give: (method: Method) => Readonly<Record<string, T>> | undefined,
): Record<string, T> {
  return Object.fromEntries(
    methods.flatMap((method) =>
      Object.entries(give(method) ?? {}).map(([name, value]) => [nameFor(method.id, name), value] as const),
    ),
  );
}

function learnerFor(learner: Learner, id: string): Learner {
  // By its prototype: some of what a learner has changes while it is looked at.
  return Object.create(learner, {
    memory: { value: learner.memory.part(nameFor(id, '')) },
    carried: {
      value: {
        floats: (name: string) => learner.carried.floats(nameFor(id, name)),
        set: (name: string, values: Float32Array) => learner.carried.set(nameFor(id, name), values),
      },
    },
  }) as Learner;
}

const stepFor = (step: Step, id: string): Step => ({
  ...step,
  constants: partOf(step.constants, id),
  carried: partOf(step.carried, id),
});

const askedFor = (asked: Asked, id: string): Asked => ({ ...asked, constants: partOf(asked.constants, id) });

/** What belongs to one of the methods, by its own names. */
const partOf = (whole: Tensors, id: string): Tensors =>
  Object.fromEntries(
    Object.entries(whole).flatMap(([key, value]) =>
      key.startsWith(`${id}/`) ? [[key.slice(id.length + 1), value]] : [],
    ),
  );
