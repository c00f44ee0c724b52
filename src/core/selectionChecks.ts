import type { Experiment } from './experiment';
import type { Finding } from './problems';
import { tasksOf } from './streamTasks';
import { asked } from './trainingSettings';

/** What is wrong with how one of each family is chosen: it must be there, and something must be left that counts. */
export function checkSelection({ select, seeds, stream, variants }: Experiment): Finding[] {
  if (!select) return [];
  const path = ['select', 'on'];
  const families = variants.filter(({ family }) => family);
  if (families.length === 0)
    return [{ severity: 'warning', message: 'Nothing is swept, so there is nothing to select.', path: ['select'] }];
  const { on } = select;
  if (on === 'validation') {
    const without = families.find(({ training }) => asked(training.validation) === undefined);
    const message = `${without?.label} has no validation set: "validation" of the training takes one from the training data.`;
    return without ? [{ severity: 'error', message, path }] : [];
  }
  if ('seeds' in on) return checkSeeds(on.seeds, seeds, [...path, 'seeds']);
  const tasks = tasksOf(stream);
  if (on.tasks < tasks) return [];
  const message = `The stream has ${tasks} ${tasks === 1 ? 'task' : 'tasks'}: at least one must be left that rows count.`;
  return [{ severity: 'error', message, path: [...path, 'tasks'] }];
}

function checkSeeds(selecting: readonly number[], seeds: readonly number[], path: (string | number)[]): Finding[] {
  const found = selecting.flatMap((seed, i): Finding[] => {
    if (selecting.indexOf(seed) < i)
      return [{ severity: 'error', message: `Seed ${seed} is given twice.`, path: [...path, i] }];
    if (seeds.includes(seed)) return [];
    return [{ severity: 'error', message: `Seed ${seed} is none of the experiment's "seeds".`, path: [...path, i] }];
  });
  if (found.length > 0 || seeds.length > selecting.length) return found;
  return [{ severity: 'error', message: 'All seeds select: at least one must be left that rows count.', path }];
}
