import { isOwnStream, type PartSpec, type RecordedBuiltIn, type RecordedStream } from '../../core/stream';
import { datasetsOf, nameInParts, partsOf } from '../../core/streamTasks';
import { examplesFrom, joined } from '../data/joined';
import { padded } from '../data/padded';
import type { Dataset } from '../contract/dataset';
import { normalisationOf } from '../data/scaling';
import { requireWhole } from '../data/whole';
import type { Stream } from '../contract/stream';
import { streamFrom } from './labelMap';
import { wholeTask, type PartPlace, type PartTask } from './partTask';
import { permutedTasks } from './permuted';
import { rotatedTasks } from './rotated';
import { splitTasks } from './split';

type PartsSpec = Extract<RecordedBuiltIn, { readonly kind: 'parts' }>;

/**
 * The tasks that a run meets, as its settings and seed have them: the same for every method.
 *
 * @param given the data set; or several, among them those that the stream names
 * @throws RangeError when a data set is not as it has to be, when one is named that is not among them, or when they have
 *   images of different shapes
 */
export function streamOf(given: Dataset | readonly Dataset[], spec: RecordedStream, seed: number): Stream {
  const all = 'id' in given ? [given] : given;
  all.forEach(requireWhole);
  if (isOwnStream(spec)) throw new RangeError(`the stream ${spec.kind} was not loaded`);
  if (spec.kind === 'parts') return streamOfParts(all, spec, seed);
  const only = 'id' in given ? given : named(spec.dataset, all);
  const dataset = padded(only, spec.kind === 'permuted' ? spec.pad : 0);
  return streamFrom(dataset, tasksOfPart(dataset, spec, { seed, place: [] }), settingOf(spec, only));
}

function streamOfParts(all: readonly Dataset[], spec: PartsSpec, seed: number): Stream {
  const whole = joined(datasetsOf(spec).map((id) => named(id, all)));
  const tasks = partsOf(spec).flatMap((part, i) => {
    const dataset = named(part.dataset, all);
    const own = tasksOfPart(dataset, part, { seed, place: ['part', i] });
    return own.map((task) => examplesFrom(whole, dataset, { ...task, name: nameInParts(dataset.title, task.name) }));
  });
  return streamFrom(whole, tasks, settingOf(spec, whole));
}

/** @param dataset whose training images say how inputs are normalised: without a border */
function settingOf({ scenario, blurry, inputs }: RecordedBuiltIn, dataset: Dataset) {
  const normalisation = normalisationOf(dataset, inputs);
  return { scenario, ...(blurry && { blurry }), ...(normalisation && { normalisation }) };
}

function named(wanted: string, datasets: readonly Dataset[]): Dataset {
  const found = datasets.find(({ id }) => id === wanted);
  if (!found) throw new RangeError(`the data set "${wanted}" is not there`);
  return found;
}

function tasksOfPart(dataset: Dataset, part: PartSpec, from: PartPlace): PartTask[] {
  switch (part.kind) {
    case 'whole':
      return [{ name: '', ...wholeTask(dataset) }];
    case 'split':
      return splitTasks(dataset, part, from);
    case 'permuted':
      return permutedTasks(dataset, part, from);
    case 'rotated':
      return rotatedTasks(dataset, part, from);
  }
}
