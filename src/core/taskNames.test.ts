import { describe, expect, it } from 'vitest';
import { classNames, classesText } from './classNames';
import { datasets, type DatasetFacts } from './datasets';
import { streamSchema, withTaskCounts } from './stream';
import { foreseenTasks } from './streamTasks';
import { withClassNames } from './taskNames';

const shown = (given: object, names?: (dataset: string) => readonly string[] | undefined) => {
  const stream = streamSchema.parse(withTaskCounts(given));
  const facts = { title: 'Birds', classes: 4 };
  const known = (dataset: string) => (dataset === 'birds' ? facts : datasets[dataset as keyof typeof datasets]);
  const foreseen = foreseenTasks(stream, known).map(({ name }) => name ?? '');
  return withClassNames(foreseen, stream, names);
};

it.each(Object.entries(datasets))('%s has a name for each class, or none at all', (_name, facts: DatasetFacts) => {
  expect([undefined, facts.classes]).toContain(facts.classNames?.length);
  expect(new Set(facts.classNames).size).toBe(facts.classNames?.length ?? 0);
});

describe('tasks as people read them', () => {
  it('are called by the names of their classes, in the order these are dealt', () => {
    expect(shown({ dataset: 'fashion-mnist', classOrder: [2, 1, 9, 0], tasks: 2 })).toEqual([
      'Pullover / Trouser',
      'Ankle boot / T-shirt/top',
    ]);
    expect(shown({ dataset: 'cifar-10', tasks: 5 })[4]).toBe('ship / truck');
  });

  it('keep their numbers where there are no names', () => {
    expect(shown({ tasks: 5 })).toEqual(['0/1', '2/3', '4/5', '6/7', '8/9']);
    expect(shown({ dataset: 'birds', tasks: 2 }, () => undefined)).toEqual(['0/1', '2/3']);
  });

  it('of data of the user’s own are called as it calls its classes', () => {
    const names = ['owl', 'eagle', 'tit', 'jay'];
    expect(shown({ dataset: 'birds', tasks: 2 }, () => names)).toEqual(['owl / eagle', 'tit / jay']);
  });

  it('of a list of parts are called by part; what shows whole data sets keeps its name', () => {
    const parts = [
      { dataset: 'mnist' },
      { dataset: 'fashion-mnist', kind: 'split', tasks: 5 },
      { dataset: 'fashion-mnist' },
    ];
    const names = shown({ kind: 'parts', parts });
    expect([names[0], names[1], names[6]]).toEqual(['MNIST', 'Fashion-MNIST T-shirt/top / Trouser', 'Fashion-MNIST']);
    expect(shown({ dataset: 'fashion-mnist', kind: 'permuted', tasks: 2 })).toEqual(['identity', 'permutation 2']);
  });
});

describe('many classes in little room', () => {
  it('are cut off after a whole name, with how many there are', () => {
    const first = classNames['cifar-100'].slice(0, 20);
    expect(classesText(first)).toBe('apple / aquarium_fish / baby / bear / beaver / bed / … (20)');
    expect(classesText(first).length).toBeLessThanOrEqual(60);
    expect(classesText(['a'.repeat(80), 'b'], 20)).toMatch(/^a{10,}… \(2\)$/);
  });
});
