import { describe, expect, it } from 'vitest';
import { parseEventLine, type RunEvent } from './events';
import { emptyRun, foldEvents, takeLine } from './runModel';
import { secondsLeft } from './timeLeft';
import { sampleViews } from './testViews';

const started: RunEvent = {
  type: 'started',
  at: 100,
  schema: 1,
  pid: 7,
  backend: { name: 'wasm', version: '4' },
  tasks: [0, 1].map((i) => ({ name: String(i), classes: [i], train: 10, test: 5 })),
  steps: [10, 20],
};
const step = (task: number, n: number, loss = 1): RunEvent => ({ type: 'step', at: 200, task, step: n, loss });
const point = (task: number, n: number): RunEvent => ({
  type: 'eval',
  at: 200,
  task,
  step: n,
  accuracy: [0.5],
  taskAware: [0.5],
  samples: 5,
});
const row = (task: number): RunEvent => ({
  type: 'task-end',
  at: 300,
  task,
  accuracy: [1, 0],
  taskAware: [1, 0],
  memoryBytes: 0,
});

it('keeps what a network grew to, by the task in which it did, and no more than a resumed run has', () => {
  const grew = (task: number, parameters: number): RunEvent => ({
    ...{ type: 'network', at: 250, task, parameters },
    layers: [{ name: 'layer1', units: parameters }],
  });
  const events = [started, grew(0, 5), grew(0, 7), row(0), grew(1, 9)];
  const of = (more: RunEvent[]) => foldEvents([...events, ...more]).grown.map((one) => [one.task, one.parameters]);
  expect(of([])).toEqual([
    [0, 7],
    [1, 9],
  ]);
  expect(foldEvents(events).grown[1]?.layers).toEqual([{ name: 'layer1', units: 9 }]);
  expect(of([{ type: 'resumed', at: 300, task: 0, step: 4 }])).toEqual([[0, 7]]);
  expect(of([{ type: 'resumed', at: 300, task: 1, step: 4 }])).toHaveLength(2);
});

describe('where answers went', () => {
  const confusion = (task: number, right: number[], ownTask: number[], newest: number[]): RunEvent => {
    return { type: 'confusion', at: 250, task, among: 'all', examples: [4, 4], right, ownTask, newest };
  };
  const events = [started, confusion(0, [4, 0], [4, 0], [4, 4]), row(0), confusion(1, [1, 2], [2, 4], [2, 4]), row(1)];

  it('is kept of each row, as shares', () => {
    expect(foldEvents(events).answered).toEqual([
      { task: 0, tested: 1, right: 1, otherClass: 0, newest: 0, otherTask: 0 },
      { task: 1, tested: 2, right: 0.375, otherClass: 0.375, newest: 0.25, otherTask: 0 },
    ]);
  });

  it('after a checkpoint from which a run goes on is void', () => {
    const again = foldEvents([...events, { type: 'resumed', at: 300, task: 1, step: 0 }]);
    expect(again.answered.map(({ task }) => task)).toEqual([0]);
  });
});

describe('what measures need of the curves', () => {
  const at = (task: number, n: number, ...accuracy: number[]): RunEvent => {
    return { type: 'eval', at: 200, task, step: n, accuracy, taskAware: accuracy, samples: 5 };
  };
  const saved = (task: number, n: number): RunEvent => {
    return { type: 'checkpoint', at: 250, task, step: n, file: 'f', sha256: '0' };
  };
  const first = [started, at(0, 5, 0.4), at(0, 10, 0.8), row(0), saved(1, 0), at(1, 5, 0.3, 0.5)];
  const whole = [...first, saved(1, 5), at(1, 20, 0.6, 0.9), row(1)];
  const done: RunEvent = { type: 'ended', at: 400, status: 'done' };

  it.each([
    ['a checkpoint in the middle of a task', [...whole, { type: 'resumed', at: 300, task: 1, step: 5 } as const]],
    [
      'the checkpoint before it',
      [...whole, { type: 'resumed', at: 300, task: 1, step: 0 } as const, at(1, 5, 0.3, 0.5), saved(1, 5)],
    ],
    ['the beginning', [...whole, { type: 'resumed', at: 300, task: 0, step: 0 } as const, ...first.slice(1)]],
  ])('is what it would be without an interruption, from %s', (_, events) => {
    const rest = [at(1, 20, 0.6, 0.9), row(1), done];
    const { curveFacts, curveFactsAt } = foldEvents([...events, ...rest]);
    expect(curveFacts).toEqual(foldEvents([...whole, done]).curveFacts);
    expect(curveFacts?.steps).toBe(30);
    expect(curveFactsAt).toEqual([]);
  });

  it('is unknown where no checkpoint says it', () => {
    const resumed: RunEvent = { type: 'resumed', at: 300, task: 1, step: 4 };
    expect(foldEvents([...whole, resumed, at(1, 20, 0.6, 0.9)]).curveFacts).toBeUndefined();
  });
});

describe('what was validated', () => {
  const validated = (task: number, n: number, loss: number): RunEvent => ({
    type: 'validation',
    at: 250,
    task,
    step: n,
    loss,
    accuracy: 0.5,
  });

  it('is kept in order, measured anew after a resumption, and void where that goes back before it', () => {
    const events = [started, validated(0, 5, 3), validated(0, 10, 2), row(0), validated(1, 4, 1)];
    const state = foldEvents(events);
    expect(state.validations.map(({ globalStep, loss }) => [globalStep, loss])).toEqual([
      [5, 3],
      [10, 2],
      [14, 1],
    ]);
    expect(state.validated).toMatchObject({ task: 1, step: 4, globalStep: 14, loss: 1, accuracy: 0.5 });
    const resumed: RunEvent = { type: 'resumed', at: 300, task: 1, step: 2 };
    const again = foldEvents([...events, resumed]);
    expect(again.validations.length).toBe(2);
    expect(again.validated).toBeUndefined();
    expect(foldEvents([...events, resumed, validated(1, 4, 0.5)]).validations.at(-1)?.loss).toBe(0.5);
  });
});

describe('folding events', () => {
  it('counts steps over all tasks', () => {
    const state = foldEvents([
      started,
      step(0, 10),
      row(0),
      { type: 'task-start', at: 1, task: 1, steps: 20 },
      step(1, 4),
    ]);
    expect(state).toMatchObject({
      status: 'running',
      task: 1,
      step: 4,
      stepsDone: 14,
      stepsPlanned: 30,
      pid: 7,
      backend: 'wasm',
    });
    expect(state.losses.map(({ globalStep }) => globalStep)).toEqual([10, 14]);
  });

  it('follows a plan that is corrected when a task begins and on the way', () => {
    const events: RunEvent[] = [
      started,
      { type: 'task-start', at: 1, task: 0, steps: 12 },
      step(0, 4),
      { type: 'plan', at: 2, task: 0, step: 6, steps: 9 },
    ];
    expect(foldEvents(events.slice(0, 2))).toMatchObject({ plan: [12, 20], stepsPlanned: 32, steps: 12 });
    const state = foldEvents(events);
    expect(state).toMatchObject({ plan: [9, 20], stepsPlanned: 29, steps: 9, step: 6, stepsDone: 6 });
    expect(state.started?.steps).toEqual([10, 20]);
    const skipped = foldEvents([
      ...[...events, step(0, 9), point(0, 9), row(0)],
      { type: 'task-start', at: 3, task: 1, steps: 20 },
      { type: 'plan', at: 3, task: 1, step: 0, steps: 0 },
      row(1),
    ]);
    expect(skipped).toMatchObject({ plan: [9, 0], stepsPlanned: 9, stepsDone: 9 });
    expect(secondsLeft(skipped)).toBe(0);
    expect(skipped.curve.map(({ globalStep }) => globalStep)).toEqual([9]);
  });

  it('has no negative time left when a clock was set back', () => {
    const late = foldEvents([started, { ...step(0, 5), at: -1e9 }]);
    expect(late.stepsDone).toBe(5);
    expect(secondsLeft(late)).toBe(0);
  });

  it('knows no plan of tasks that there are not', () => {
    const state = foldEvents([started, { type: 'plan', at: 2, task: 1_000_000_000, step: 6, steps: 9 }]);
    expect(state).toMatchObject({ plan: [10, 20], stepsPlanned: 30 });
  });

  it('goes back to the plan that a run which goes on says, until it is corrected again', () => {
    const before: RunEvent[] = [started, step(0, 4), { type: 'plan', at: 2, task: 0, step: 6, steps: 9 }];
    const resumed: RunEvent = { type: 'resumed', at: 3, task: 0, step: 4 };
    expect(foldEvents([...before, { ...resumed, steps: 10 }])).toMatchObject({ plan: [10, 20], steps: 10 });
    expect(foldEvents([...before, resumed])).toMatchObject({ plan: [9, 20], stepsDone: 4 });
  });

  it('has one point for a step that is measured again after the checkpoint there', () => {
    const resumed: RunEvent = { type: 'resumed', at: 400, task: 0, step: 5 };
    const state = foldEvents([started, step(0, 5, 1), point(0, 5), resumed, step(0, 5, 2), point(0, 5)]);
    expect(state.losses.map(({ loss }) => loss)).toEqual([2]);
    expect(state.curve).toHaveLength(1);
  });

  it('voids what was logged after the checkpoint a run goes on from', () => {
    const before = [started, step(0, 10), point(0, 10), row(0), step(1, 5), point(1, 5)];
    const after = [step(1, 8), point(1, 8), row(1)];
    const resumed: RunEvent = { type: 'resumed', at: 400, task: 1, step: 5, pid: 8 };
    const state = foldEvents([...before, ...after, resumed]);
    const fresh = foldEvents(before);
    expect(state.losses).toEqual(fresh.losses);
    expect(state.curve).toEqual(fresh.curve);
    expect(state.rows).toEqual(fresh.rows);
    expect(state).toMatchObject({ status: 'running', pid: 8, resumes: 1, stepsDone: 15 });
  });

  it('knows the backend in use last, and why it was chosen', () => {
    const backend = { name: 'native', version: '2', why: 'the fastest there is', threads: 4 };
    const resumed: RunEvent = { type: 'resumed', at: 400, task: 0, step: 0, backend };
    expect(foldEvents([started]).backendUse).toEqual({ name: 'wasm', version: '4' });
    expect(foldEvents([started, resumed])).toMatchObject({ backend: 'native', backendUse: backend });
    expect(foldEvents([started, { ...resumed, backend: undefined }]).backendUse).toEqual({
      name: 'wasm',
      version: '4',
    });
  });

  it('going on from the start of a task keeps nothing of that task', () => {
    const state = foldEvents([started, step(0, 10), row(0), step(1, 5), { type: 'resumed', at: 1, task: 1, step: 0 }]);
    expect(state.losses.map(({ task }) => task)).toEqual([0]);
  });

  it('keeps what methods showed of tasks that still hold, and forgets all of it when a run begins anew', () => {
    const shown = (task: number): RunEvent => ({
      type: 'mechanism',
      at: 1,
      task,
      method: 'x',
      views: [...sampleViews],
    });
    const events = [started, shown(0), row(0), shown(1), { type: 'resumed', at: 2, task: 1, step: 0 } as const];
    expect(foldEvents(events).mechanisms).toEqual([shown(0)]);
    expect(foldEvents([...events, shown(1)]).mechanisms).toEqual([shown(0), shown(1)]);
    expect(foldEvents([...events, started]).mechanisms).toEqual([]);
  });

  it('knows what was free after the last task that still holds', () => {
    const view = { kind: 'capacity', title: 'x', unit: 'weights' } as const;
    const shown = (task: number, ...free: number[]): RunEvent => ({
      ...({ type: 'mechanism', at: 1, task, method: 'x' } as const),
      views: free.map((n) => ({ ...view, layers: [{ name: 'a', free: n, perTask: [6] }] })),
    });
    const resumed: RunEvent = { type: 'resumed', at: 9, task: 1, step: 0 };
    const log = [started, shown(0, 18), shown(1, 2)];
    expect(foldEvents(log).capacity).toEqual({ task: 1, free: 0.25, unit: 'weights' });
    expect(foldEvents([...log, shown(1)]).capacity?.free).toBe(0.25);
    expect(foldEvents([...log, resumed]).capacity).toBeUndefined();
    expect(foldEvents([...log.slice(0, 2), resumed]).capacity?.free).toBe(0.75);
  });

  it('adds up the seconds of all processes of a run, and keeps the last status', () => {
    const ended = (status: 'stopped' | 'done', seconds: number): RunEvent => ({
      type: 'ended',
      at: 1,
      status,
      seconds,
    });
    expect(
      foldEvents([started, ended('stopped', 3), { type: 'resumed', at: 2, task: 0, step: 0 }, ended('done', 4)]),
    ).toMatchObject({ status: 'done', seconds: 7 });
  });
});

describe("a program's own numbers", () => {
  const metrics = (task: number, at: number, values: Record<string, number | null>): RunEvent => ({
    ...{ type: 'metrics', at: 1, task, step: at, values },
  });

  it('are kept with their place, those of one place under several names too', () => {
    const { metrics: found } = foldEvents([
      started,
      metrics(0, 1, { a: 1 }),
      metrics(0, 1, { b: null }),
      metrics(1, 2, { a: 3 }),
    ]);
    expect(found.map(({ values }) => values)).toEqual([{ a: 1 }, { b: null }, { a: 3 }]);
    expect(found.at(-1)).toMatchObject({ task: 1, step: 2, globalStep: (started.steps[0] ?? 0) + 2 });
  });

  it('are void after the point that a run goes on from', () => {
    const resumed: RunEvent = { type: 'resumed', at: 2, task: 0, step: 1 };
    expect(foldEvents([started, metrics(0, 1, { a: 1 }), metrics(0, 2, { a: 2 }), resumed]).metrics).toHaveLength(1);
  });

  it('are refused where there are too many, or one is text', () => {
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`m${i}`, i]));
    for (const values of [many, { a: '1' }, { '': 1 }])
      expect(parseEventLine(JSON.stringify({ type: 'metrics', at: 1, task: 0, step: 1, values })).kind).toBe(
        'malformed',
      );
  });
});

describe('reading lines', () => {
  const read = (...lines: string[]) => {
    const state = emptyRun();
    for (const line of lines) takeLine(state, parseEventLine(line));
    return state;
  };

  it('keeps and skips an event of a kind it does not know, with what it says', () => {
    const state = read(
      JSON.stringify(started),
      '{"type":"dream","at":1,"depth":3}',
      '{"type":"dream","at":2}',
      JSON.stringify(step(0, 3)),
    );
    expect(state).toMatchObject({ unknownTypes: ['dream'], malformed: 0, stepsDone: 3 });
  });

  it.each([
    ['{"type":"step","at":1'],
    ['[]'],
    ['null'],
    ['{"at":3}'],
    ['{"type":"step","at":1,"task":0,"step":-1,"loss":0}'],
    ['{"type":"task-end","at":1,"task":0,"accuracy":[1.5],"taskAware":[],"memoryBytes":0}'],
  ])('counts %s as unreadable and goes on', (line) => {
    expect(read(JSON.stringify(started), line, JSON.stringify(step(0, 2)))).toMatchObject({
      malformed: 1,
      stepsDone: 2,
    });
  });

  it('keeps why the first unreadable line could not be read', () => {
    const lines = ['{"at":3}', 'x', JSON.stringify(started), '[1]'];
    expect(read(...lines)).toMatchObject({ malformed: 3, firstMalformed: 'no "type"' });
    const percent = '{"type":"eval","at":1,"task":0,"step":1,"accuracy":[null,12.5],"taskAware":[],"samples":1}';
    expect(read(percent).firstMalformed).toBe(
      'eval: accuracy.1 is 12.5: accuracies are fractions from 0 to 1, and this looks like per cent',
    );
  });

  it('ignores fields it does not know', () => {
    expect(parseEventLine('{"type":"warning","at":1,"message":"m","more":{"a":1}}')).toEqual({
      kind: 'event',
      event: { type: 'warning', at: 1, message: 'm' },
      strange: ['warning.more'],
    });
    const misspelt = '{"type":"eval","at":1,"task":0,"step":1,"accuracy":[1],"taskAware":[1],"samples":1,"sample":1}';
    expect(read(misspelt, misspelt)).toMatchObject({ unknownFields: ['eval.sample'], malformed: 0 });
  });
});

describe('the online accuracy', () => {
  const right = (task: number, n: number, accuracy: number): RunEvent => ({
    type: 'step',
    at: 200,
    task,
    step: n,
    loss: 1,
    accuracy,
  });
  const checkpoint = (task: number, n: number): RunEvent => ({
    type: 'checkpoint',
    at: 250,
    task,
    step: n,
    file: 'x',
    sha256: '0',
  });

  it('of a task is the mean over its steps, each event for those since the one before', () => {
    const { rows, losses } = foldEvents([
      started,
      right(0, 2, 1),
      right(0, 10, 0.5),
      row(0),
      right(1, 20, 0.25),
      row(1),
    ]);
    expect(rows.map(({ online }) => online)).toEqual([(2 * 1 + 8 * 0.5) / 10, 0.25]);
    expect(losses.map(({ accuracy }) => accuracy)).toEqual([1, 0.5, 0.25]);
  });

  it('is not there where steps do not tell of it', () => {
    expect(foldEvents([started, step(0, 10), row(0)]).rows[0]).not.toHaveProperty('online');
  });

  it('leaves out what is void after a resumption in the middle of a task', () => {
    const events = [started, right(0, 4, 1), checkpoint(0, 6), right(0, 8, 0)];
    const resumed: RunEvent = { type: 'resumed', at: 300, task: 0, step: 6 };
    const { rows } = foldEvents([...events, resumed, right(0, 8, 0.5), right(0, 10, 0.5), row(0)]);
    expect(rows[0]?.online).toBe((4 * 1 + 6 * 0.5) / 10);
  });

  it('begins anew with the task where a run goes on at its beginning', () => {
    const events = [started, right(0, 10, 1), row(0), checkpoint(1, 0), right(1, 5, 0)];
    const resumed: RunEvent = { type: 'resumed', at: 300, task: 1, step: 0 };
    const { rows } = foldEvents([...events, resumed, right(1, 20, 0.75), row(1)]);
    expect(rows.map(({ online }) => online)).toEqual([1, 0.75]);
  });
});

describe('what a method does besides training steps', () => {
  const phase = (at: number, name: string, done: number, more: { step?: number; steps?: number } = {}): RunEvent => ({
    ...{ type: 'phase', at, task: 0, name, done, ...more },
  });
  const trained: RunEvent[] = [started, { type: 'step', at: 1100, task: 0, step: 10, loss: 1 }];

  it('is known by its place, and lasts from the event before it to its last one', () => {
    const { works } = foldEvents([
      ...trained,
      phase(1600, 'scale', 0.5),
      phase(2100, 'scale', 1),
      phase(3100, 'sleep', 1),
    ]);
    expect(works).toEqual([
      { task: 0, step: 10, name: 'scale', from: 1, seconds: 1 },
      { task: 0, step: 10, name: 'sleep', from: 2, seconds: 1 },
    ]);
  });

  it('stands where it says, and a stretch of steps has their number', () => {
    const { works, work } = foldEvents([
      ...trained,
      phase(1600, 'prune', 1, { step: 6 }),
      phase(1600, 'retrain', 0, { step: 6, steps: 4 }),
    ]);
    expect(works.map(({ step, steps }) => [step, steps])).toEqual([
      [6, undefined],
      [6, 4],
    ]);
    expect(work?.name).toBe('prune');
  });

  it('is begun anew where a run goes on before it or at it, and time without a process does not count', () => {
    const before = [...trained, phase(1200, 'prune', 1, { step: 6 }), phase(1600, 'sleep', 0.5)];
    const resumed: RunEvent = { type: 'resumed', at: 9600, task: 0, step: 10 };
    const { works } = foldEvents([...before, resumed, phase(10_100, 'sleep', 1)]);
    expect(works).toEqual([
      { task: 0, step: 6, name: 'prune', from: 1, seconds: expect.closeTo(0.1, 9) as number },
      { task: 0, step: 10, name: 'sleep', from: 1.5, seconds: 0.5 },
    ]);
    expect(foldEvents([...before, { ...resumed, step: 5 }]).works).toEqual([]);
  });
});
