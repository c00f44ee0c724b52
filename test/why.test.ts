import { describe, expect, it } from 'vitest';
import { compare, type ComparisonRow, type VariantRuns } from '../src/core/comparison';
import { answerShares } from '../src/core/measures/ofAnswers';
import type { RunHistory } from '../src/core/runModel';
import type { RunWithHistory } from '../src/core/run';
import { explained, expectationsOf, type RowWhy } from '../src/core/why/explained';
import { whyNumbers } from '../src/core/why/numbers';
import { say, whyTexts, type WhyKey } from '../src/core/why/texts';
import { whyOf, type Why } from '../src/core/why/why';
import { recordings } from './recordings/recordings';

type Scenario = 'class' | 'domain' | 'task';
type Group = VariantRuns<RunWithHistory>;

/** The comparison of the recorded runs of a scenario, as an experiment of them would have it. */
function recorded(scenario: Scenario, change: (run: RunWithHistory) => RunWithHistory = (run) => run) {
  const runs = recordings('split-mnist', scenario).map(change);
  const keys = [...new Set(runs.map(({ manifest }) => manifest.variant.key))];
  const groups = keys.map((key): Group => {
    const own = runs.filter(({ manifest }) => manifest.variant.key === key);
    const only = key === 'packnet' && scenario !== 'task' ? { taskAwareOnly: 'It must be told the task.' } : {};
    return { key, label: key, methods: key.split('+'), differs: [], seeds: own.length, runs: own, ...only };
  });
  return { groups, rows: compare(groups).rows };
}

const rowOf = (rows: readonly ComparisonRow[], key: string) => rows.find((row) => row.key === key) as ComparisonRow;
const groupOf = (groups: readonly Group[], key: string) => groups.find((group) => group.key === key) as Group;

function whyFor(
  scenario: Scenario,
  key: string,
  told: Scenario | undefined = scenario,
  change?: (run: RunWithHistory) => RunWithHistory,
): Why {
  const { groups, rows } = recorded(scenario, change);
  const { runs, methods } = groupOf(groups, key);
  const why = whyOf({ row: rowOf(rows, key), runs }, { scenario: told, methods });
  if (!why) throw new Error(`nothing to say of ${key}`);
  return why;
}

/** The run as it was when so many tasks were learned. */
const afterTasks =
  (count: number) =>
  (run: RunWithHistory): RunWithHistory => ({
    ...run,
    status: 'running',
    state: {
      ...run.state,
      status: 'running',
      rows: run.state.rows.slice(0, count),
      answers: run.state.confusions[count - 1],
      flips: run.state.flips.slice(0, count - 1),
    },
  });

/** As a program logs that tells of accuracies alone. */
const withoutAnswers = (run: RunWithHistory): RunWithHistory => {
  const bare: Partial<RunHistory> = { answers: undefined, flips: [], watched: [], confusions: [], forgotten: [] };
  return { ...run, state: { ...run.state, ...bare } };
};

describe('why a class-incremental number is what it is', () => {
  it.each<[key: string, text: RegExp]>([
    [
      'none',
      /^7\d % when told the task, 19 % when not: the newest outputs drown out the old ones \(100 % of old images are taken for the newest task\), and even when told it forgets 3\d %\.$/,
    ],
    [
      'ewc',
      /^98 % when told the task, 22 % when not: the newest outputs drown out the old ones \(97 % of old images are taken for the newest task\)\.$/,
    ],
    [
      'replay',
      /^98 % when told the task, 91 % when not: tasks are mistaken for one another \(the right one is found for 92 %\)\.$/,
    ],
    ['replay+ewc', /^97 % when told the task, 80 % when not: tasks are mistaken for one another/],
    ['sleep', /^8\d % when told the task, 3\d % when not: [67]\d % of old images are taken for the newest task/],
    ['joint', /^95 %: trained on all tasks together, so there was nothing to forget\.$/],
    ['packnet', /^98 %, but only when told the task: nothing is forgotten\.$/],
  ])('%s', (key, text) => {
    expect(whyFor('class', key).text).toMatch(text);
  });

  it('its two factors give the accuracy exactly, over several seeds too', () => {
    const { groups, rows } = recorded('class');
    for (const { key, runs } of groups.filter(({ key }) => key !== 'packnet')) {
      const row = rowOf(rows, key);
      const numbers = whyNumbers({ row, runs });
      const product = (numbers?.taskInference ?? NaN) * (numbers?.classWithinTask ?? NaN);
      expect(product).toBeCloseTo(row.measures.accuracy.mean, 12);
    }
  });

  it('all answers go somewhere, and what is right is the accuracy', () => {
    const { groups, rows } = recorded('class');
    for (const { key, runs } of groups.filter(({ key }) => key !== 'packnet')) {
      const numbers = whyNumbers({ row: rowOf(rows, key), runs });
      const { right = NaN, otherClass = NaN, newest = NaN, otherTask = NaN } = numbers?.shares ?? {};
      expect(right + otherClass + newest + otherTask).toBeCloseTo(1, 12);
      expect(right).toBeCloseTo(numbers?.accuracy ?? NaN, 12);
      expect(newest).toBeCloseTo(((numbers?.recencyBias ?? NaN) * 4) / 5, 12);
      const said = whyFor('class', key).more.find((sentence) => sentence.startsWith('Of 100 images'));
      const hundred = (said?.match(/\d+/g) ?? []).slice(1).reduce((sum, number) => sum + Number(number), 0);
      expect(hundred).toBe(100);
    }
  });

  it('a network that never learned well is said not to have', () => {
    const dull = (run: RunWithHistory): RunWithHistory => {
      const half = (values: readonly (number | null)[]) => values.map((value) => value && value / 2);
      const rows = run.state.rows.map((row) => ({ ...row, accuracy: half(row.accuracy) }));
      return { ...run, state: { ...run.state, rows } };
    };
    expect(whyFor('class', 'replay', 'class', dull).text).toContain('new tasks are learned only to 48 %');
  });
});

describe('why a number is what it is where tasks share outputs or the task is told', () => {
  it.each<[scenario: Scenario, key: string, text: RegExp]>([
    [
      'domain',
      'none',
      /^\d\d % right after learning, \d\d % at the end: the outputs that all tasks share follow the newest one\.$/,
    ],
    ['domain', 'joint', /^9\d %: trained on all tasks together/],
    ['task', 'ewc', /^\d\d % right after learning, \d\d % at the end: little is forgotten\.$/],
    ['task', 'packnet', /^\d\d % right after learning, \d\d % at the end: little is forgotten\.$/],
    [
      'task',
      'none',
      /^\d\d % right after learning, \d\d % at the end: the task is told, but the weights that tasks share were changed by newer ones\.$/,
    ],
  ])('%s-incremental, %s', (scenario, key, text) => {
    expect(whyFor(scenario, key).text).toMatch(text);
  });

  it('nothing is said of task inference, which is not defined there', () => {
    for (const scenario of ['domain', 'task'] as const) {
      const { groups } = recorded(scenario);
      for (const { key } of groups) expect(whyFor(scenario, key).more.join()).not.toMatch(/right task|Of 100/);
    }
  });
});

describe('runs of other programs', () => {
  it('what their log lacks is said, and nothing is made up in its place', () => {
    const { text, more, missing, short } = whyFor('class', 'ewc', undefined, withoutAnswers);
    expect(text).toBe(
      '98 % when told the task, 22 % when not: not knowing the task costs 76 %; what images are taken for is not in its log.',
    );
    expect(missing).toHaveLength(3);
    expect(more.join()).not.toMatch(/Of 100|steps|turned/);
    expect(short).toBe('98 % if told the task');
  });

  it('without the accuracy when told the task, what was learned and what is left of it', () => {
    const untold = (run: RunWithHistory) => {
      const bare = withoutAnswers(run);
      const rows = bare.state.rows.map((row) => ({ ...row, taskAware: row.taskAware.map(() => null) }));
      return { ...bare, state: { ...bare.state, rows } };
    };
    const { text } = whyFor('class', 'none', undefined, untold);
    expect(text).toBe('98 % right after learning, 19 % at the end: newer tasks overwrite the old ones.');
  });
});

describe('runs under way', () => {
  it('are explained as of the last task that is learned', () => {
    expect(whyFor('class', 'none', 'class', afterTasks(3)).text).toMatch(
      /^After task 3 of 5: \d\d % when told the task, 3\d % when not: the newest outputs drown out/,
    );
    expect(whyFor('class', 'none', 'class', afterTasks(1)).text).toMatch(
      /^After task 1 of 5: .* nothing to forget yet\.$/,
    );
  });

  it('are not explained before a task is learned', () => {
    const { groups, rows } = recorded('class', afterTasks(0));
    expect(groups.map(({ key, runs }) => whyOf({ row: rowOf(rows, key), runs }))).toEqual(groups.map(() => undefined));
  });

  it('counts of a row that has not come yet are not taken for those of the one before', () => {
    const early = (run: RunWithHistory): RunWithHistory => {
      const at = afterTasks(2)(run);
      return { ...at, state: { ...at.state, answers: run.state.confusions[2] } };
    };
    expect(whyFor('class', 'none', 'class', early).text).toContain('what images are taken for is not in its log');
  });
});

describe('a comparison', () => {
  it('has an explanation for each row with what its methods lead one to expect', () => {
    const { groups, rows } = recorded('class');
    const whys = explained({ stream: { scenario: 'class' } }, { rows }, groups);
    expect(whys.map(({ key }) => key)).toEqual(rows.map(({ key }) => key));
    const both = whys.find(({ key }) => key === 'replay+ewc') as RowWhy;
    expect(both.expect.map((text) => text.split(':')[0])).toEqual(['Replay', 'EWC']);
    expect(expectationsOf(['./mine.ts'])).toEqual([]);
  });

  it('says what is free of what a method gives away for good', () => {
    const { groups, rows } = recorded('class');
    const whys = explained({ stream: { scenario: 'class' } }, { rows }, groups);
    expect(whys.find(({ key }) => key === 'packnet')?.more).toContain(
      'None of the weights are free any more: there is no room for new tasks.',
    );
  });
});

describe('shares of answers', () => {
  it('are not there where the log does not say', () => {
    expect(answerShares(undefined)).toBeUndefined();
    expect(answerShares({ task: 1, examples: [2, 2], right: [1, 2] })).toBeUndefined();
  });

  it('count an old image for a class of the newest task apart from all other mistakes', () => {
    // Of task 0: one right, one wrong class, two for task 2; of task 1: four for task 0; of task 2: two right, two for task 0.
    const counts = { task: 2, examples: [4, 4, 4], right: [1, 0, 2], ownTask: [2, 0, 2], newest: [2, 0, 2] };
    const shares = answerShares(counts);
    expect(shares?.right).toBeCloseTo(3 / 12, 12);
    expect(shares?.otherClass).toBeCloseTo(1 / 12, 12);
    expect(shares?.newest).toBeCloseTo(2 / 12, 12);
    expect(shares?.otherTask).toBeCloseTo(6 / 12, 12);
  });
});

describe('texts', () => {
  it('have all their arguments filled in, whatever is explained', () => {
    const said = new Set<WhyKey>();
    for (const scenario of ['class', 'domain', 'task'] as const) {
      const { groups, rows } = recorded(scenario);
      for (const { key, runs, methods } of groups) {
        const why = whyOf({ row: rowOf(rows, key), runs }, { scenario, methods }, (name, values) => {
          said.add(name);
          return say(name, values);
        });
        expect(`${why?.text} ${why?.short ?? ''} ${why?.more.join()}`).not.toMatch(/[{}]|–|NaN/);
      }
    }
    expect(said.size).toBeGreaterThan(10);
    expect(Object.keys(whyTexts).every((key) => key.startsWith('why'))).toBe(true);
  });
});
