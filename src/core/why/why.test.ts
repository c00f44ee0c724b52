import { describe, expect, it } from 'vitest';
import type { ComparisonRow, RunMeasures } from '../comparison';
import type { AnswerCounts } from '../measures/ofAnswers';
import type { Scenario } from '../methods/card';
import type { Run } from '../run';
import { emptyRun, type RunState } from '../runModel';
import { capacityOf } from './capacity';
import { say } from './texts';
import { whyOf } from './why';

interface Measured {
  readonly scenario?: Scenario;
  readonly methods?: readonly string[];
  readonly taskAwareOnly?: string;
  readonly measures: Partial<RunMeasures>;
  readonly counts?: Pick<AnswerCounts, 'right' | 'ownTask' | 'newest'>;
  readonly capacity?: RunState['capacity'];
  readonly hasClasses?: boolean;
}

/** What is said of one finished run of three tasks with 100 test examples each. */
function said({
  scenario,
  methods = ['mine'],
  taskAwareOnly,
  measures,
  counts,
  capacity,
  hasClasses = true,
}: Measured) {
  const tasks = [0, 1, 2].map((n) => ({ name: `${n}`, classes: hasClasses ? [n] : [], train: 1, test: 100 }));
  const answers = counts && { task: 2, examples: [100, 100, 100], ...counts };
  const started = {
    type: 'started',
    at: 0,
    schema: 1,
    backend: { name: 'wasm', version: '4' },
    tasks,
    steps: [1, 1, 1],
  };
  const state = { ...emptyRun(), started, answers, capacity };
  const run = { manifest: { seed: 1 }, status: 'done', state } as unknown as Run;
  const row = { key: 'mine', perSeed: [{ seed: 1, ...measures }], ...(taskAwareOnly && { taskAwareOnly }) };
  const why = whyOf({ row: row as unknown as ComparisonRow, runs: [run] }, { scenario, methods });
  if (!why) throw new Error('nothing is said');
  return why;
}

/** Measures of a class-incremental run, from how many of 100 examples of each task were right, and so on. */
function competing(right: number[], ownTask: number[], newest: number[], told: number, learned = 0.98): Measured {
  const share = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0) / 300;
  const [accuracy, taskInference] = [share(right), share(ownTask)];
  const recencyBias = ((newest[0] ?? 0) + (newest[1] ?? 0)) / 200;
  const measures = {
    ...{ accuracy, taskAwareAccuracy: told, learningAccuracy: learned, taskAwareForgetting: learned - told },
    ...{ taskInference, recencyBias },
  };
  return { scenario: 'class', measures, counts: { right, ownTask, newest } };
}

describe('where all outputs compete', () => {
  it.each<[string, Measured, string]>([
    [
      'four fifths of the old images or more taken for the newest task',
      competing([0, 36, 96], [2, 37, 99], [98, 62, 99], 0.95),
      '95 % when told the task, 44 % when not: the newest outputs drown out the old ones (80 % of old images are taken for the newest task).',
    ],
    [
      'half of them or more',
      competing([0, 50, 96], [2, 50, 99], [98, 2, 99], 0.95),
      '95 % when told the task, 49 % when not: 50 % of old images are taken for the newest task.',
    ],
    [
      'fewer, but more than for other tasks',
      competing([60, 60, 96], [61, 61, 99], [39, 39, 99], 0.95),
      '95 % when told the task, 72 % when not: most errors are old images taken for the newest task (39 % of them).',
    ],
    [
      'other tasks more often',
      competing([60, 60, 66], [61, 61, 67], [10, 9, 67], 0.95),
      '95 % when told the task, 62 % when not: tasks are mistaken for one another (the right one is found for 63 %).',
    ],
    [
      'the right task, but a wrong class',
      competing([50, 50, 96], [95, 95, 99], [3, 3, 99], 0.75),
      '75 % when told the task, 65 % when not: the right task is found for 96 %, but the right class in it only for 68 %, and even when told it forgets 23 %.',
    ],
    [
      'not learned in the first place',
      competing([50, 50, 60], [60, 60, 70], [10, 10, 70], 0.9, 0.6),
      '90 % when told the task, 53 % when not: new tasks are learned only to 60 %.',
    ],
    [
      'as good as told',
      competing([95, 95, 97], [96, 96, 98], [2, 2, 98], 0.98),
      '96 %, and 98 % when told the task: the right task is found for 97 %, the right class in it for 99 %.',
    ],
  ])('%s', (_what, measured, text) => {
    expect(said(measured).text).toBe(text);
  });

  it('as many old images for the newest task as for others is said of the newest', () => {
    const { text } = said(competing([70, 70, 60], [70, 70, 60], [30, 10, 60], 0.95));
    expect(text).toContain('mistaken for one another');
    expect(said(competing([70, 70, 80], [70, 70, 80], [20, 20, 80], 0.95)).text).toContain(
      'most errors are old images',
    );
  });
});

describe('where outputs are shared or the task is told', () => {
  const measures = { accuracy: 0.6, taskAwareAccuracy: 0.6, learningAccuracy: 0.98 };

  it.each<[string, Measured, string]>([
    ['domain', { scenario: 'domain', measures }, 'the outputs that all tasks share follow the newest one'],
    ['task', { scenario: 'task', measures }, 'the task is told, but the weights that tasks share were changed'],
    ['unknown', { measures }, 'newer tasks overwrite the old ones'],
    ['kept', { scenario: 'task', measures: { ...measures, accuracy: 0.95 } }, 'little is forgotten'],
    [
      'gained',
      { scenario: 'domain', measures: { ...measures, accuracy: 0.9, learningAccuracy: 0.8 } },
      'later tasks made the old ones better',
    ],
    [
      'dull',
      { scenario: 'domain', measures: { ...measures, learningAccuracy: 0.7 } },
      'tasks are not learned well in the first place',
    ],
  ])('%s', (_what, measured, cause) => {
    expect(said(measured).text).toContain(`at the end: ${cause}`);
  });

  it('where answers are no classes, as with the next token of a text, few of them are right, and none are counted', () => {
    const text = { scenario: 'domain', measures: { ...measures, accuracy: 0.48, learningAccuracy: 0.56 } } as const;
    expect(said({ ...text, hasClasses: false }).text).toContain(
      'the outputs that all tasks share follow the newest one',
    );
    expect(said(text).text).toContain('not learned well in the first place');
    const aboutCounts = 'What images are taken for is not in the log (event "confusion").';
    expect(said(text).missing).toContain(aboutCounts);
    expect(said({ ...text, hasClasses: false }).missing).not.toContain(aboutCounts);
  });

  it('a class-incremental stream whose tasks share outputs is one of them', () => {
    const counts = { right: [10, 20, 90] };
    expect(said({ scenario: 'class', measures, counts }).text).toContain('the outputs that all tasks share');
  });
});

describe('methods of their own kind', () => {
  it.each<[string, string]>([
    ['joint', '60 %: trained on all tasks together, so there was nothing to forget.'],
    ['cumulative', '60 %: trained anew on everything seen so far, so there was nothing to forget.'],
    ['separate', '90 % when told the task: each task has a network of its own, so nothing is overwritten.'],
  ])('%s is a bound', (method, text) => {
    const measures = { accuracy: 0.6, taskAwareAccuracy: 0.9, learningAccuracy: 0.5 };
    expect(said({ scenario: 'class', methods: [method], measures }).text).toBe(text);
    expect(said({ scenario: 'class', methods: [method, 'replay'], measures }).text).not.toBe(text);
  });

  it('one that must be told the task says what it forgets, and what room it has', () => {
    const measures = { accuracy: NaN, taskAwareAccuracy: 0.9, taskAwareForgetting: 0.042 };
    const capacity = { task: 2, free: 0.25, unit: 'weights' };
    const { text, more } = said({ scenario: 'class', taskAwareOnly: 'It must.', measures, capacity });
    expect(text).toBe('90 %, but only when told the task: it forgets 4.2 %.');
    expect(more).toEqual(['At the end 25 % of the weights are still free for new tasks.']);
  });
});

describe('capacity', () => {
  const view = (free: number) => ({
    ...{ kind: 'capacity' as const, title: 'x', unit: 'units' },
    layers: [{ name: 'a', free, perTask: [6, 2] }],
  });

  it('is that of the last view; none without one', () => {
    expect(capacityOf({ task: 1, views: [view(92), view(8)] })).toEqual({ task: 1, free: 0.5, unit: 'units' });
    expect(capacityOf({ task: 1, views: [] })).toBeUndefined();
  });
});

it('an argument with what steers the reading direction is shown as text', () => {
  expect(say('whyFull', { unit: '\u202estinu' })).toContain('\\u202estinu');
});
