import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RunEvent } from './events';
import { emptyRun, takeLine, type RunState } from './runModel';
import { changeSince, shownState, toldState, withChange } from './stateChange';

const task = fc.integer({ min: 0, max: 2 });
const at = fc.integer({ min: 0, max: 1000 });
const step = fc.integer({ min: 0, max: 5 });
const fraction = fc.double({ min: 0, max: 1, noNaN: true });
/** Events in any order: a fold must bear it. */
const event = fc.oneof(
  fc.record({
    ...{ type: fc.constant('started' as const), at, schema: fc.constant(1) },
    backend: fc.constant({ name: 'wasm', version: '4' }),
    steps: fc.constant([5, 5, 5]),
    tasks: fc.constant([0, 1, 2].map((n) => ({ name: `${n}`, classes: [n], train: 1, test: 1 }))),
  }),
  fc.record({ type: fc.constant('task-start' as const), at, task, steps: step }),
  fc.record({ type: fc.constant('step' as const), at, task, step, loss: fraction, accuracy: fraction }),
  fc.record({
    ...{ type: fc.constant('eval' as const), at, task, step, samples: fc.constant(1) },
    ...{ accuracy: fc.tuple(fraction), taskAware: fc.tuple(fraction) },
  }),
  fc.record({
    type: fc.constant('phase' as const),
    at,
    task,
    step,
    name: fc.constantFrom('sleep', 'prune'),
    done: fraction,
  }),
  fc.record({
    ...{ type: fc.constant('task-end' as const), at, task, memoryBytes: fc.constant(0) },
    ...{ accuracy: fc.tuple(fraction), taskAware: fc.tuple(fraction) },
  }),
  fc.record({ type: fc.constant('interference' as const), at, task, step, cosine: fraction, images: fc.constant(1) }),
  fc.record({ type: fc.constant('network' as const), at, task, parameters: step }),
  fc.record({
    ...{ type: fc.constant('confusion' as const), at, task, among: fc.constant('all' as const) },
    ...{ examples: fc.constant([4, 4, 4]), right: fc.tuple(step, step, step), newest: fc.constant([1, 2, 3]) },
    ownTask: fc.constant([5, 5, 5]),
  }),
  fc.record({
    ...{ type: fc.constant('forgotten' as const), at, task, tasks: fc.constant([0]), examples: fc.constant([9]) },
    ...{ lost: fc.constant([4]), regained: fc.constant([1]) },
  }),
  fc.record({
    type: fc.constant('checkpoint' as const),
    at,
    task,
    step,
    file: fc.constant('x'),
    sha256: fc.constant(''),
  }),
  fc.record({ type: fc.constant('resumed' as const), at, task, step }),
  fc.record({ type: fc.constant('warning' as const), at, message: fc.string() }),
  fc.record({ type: fc.constant('ended' as const), at, status: fc.constantFrom('done' as const, 'stopped' as const) }),
);

const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
/** Without what is told only now and then. */
const settled = (state: RunState): unknown => ({ ...sent(shownState(state)), curveFacts: undefined });

it('changes, told now and then, lead to the same state, wherever the log is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.array(event, { maxLength: 8 }), { maxLength: 12 }), (batches) => {
      const fold = emptyRun();
      let told = toldState({ ...fold });
      let shown = sent(shownState(told.state));
      for (const batch of batches) {
        for (const one of batch) takeLine(fold, { kind: 'event', event: one as RunEvent });
        // As a store hands it out: another object, whose lists go on growing.
        const state = { ...fold };
        const next = changeSince(told, state);
        if (next.change) shown = withChange(shown, sent(next.change));
        ({ told } = next);
        expect(settled(shown)).toEqual(settled(state));
        if (state.status !== 'running') expect(sent([shown.curveFacts])).toEqual(sent([state.curveFacts ?? null]));
      }
    }),
    { numRuns: 300 },
  );
});

it('tells of rows that were added alone, and nothing where nothing is new', () => {
  const fold = emptyRun();
  const row = (of: number): RunEvent => ({
    ...{ type: 'task-end', at: 0, task: of, memoryBytes: 0, accuracy: [1], taskAware: [1] },
  });
  for (let i = 0; i < 3; i++) takeLine(fold, { kind: 'event', event: row(i) });
  const told = toldState({ ...fold });
  expect(changeSince(told, { ...fold }).change).toBeUndefined();
  takeLine(fold, { kind: 'event', event: row(3) });
  const { change } = changeSince(told, { ...fold });
  expect(change?.lists?.rows).toMatchObject({ from: 3, items: [{ task: 3 }] });
  expect(Object.keys(change?.set ?? {})).toEqual([]);
});

it('knows each list of a state, or that it is replaced as a whole', () => {
  const isList = ([, value]: [string, unknown]) => Array.isArray(value);
  const names = Object.entries(emptyRun()).filter(isList);
  const known = ['rows', 'works', 'warnings', 'answered', 'flips', 'watched', 'grown', 'onlineAt', 'curveFactsAt'];
  expect(names.map(([name]) => name).sort()).toEqual(
    [...known, 'plan', 'metricNames', 'unknownTypes', 'unknownFields'].sort(),
  );
});
