import type { FactsOf } from './catalogue';
import type { ExperimentFile } from './experiment';
import { isLong, measuredAfter, pointsPerTask, seenAmongMeasured } from './measuredTasks';
import type { Finding } from './problems';
import { parameterCount } from './parameterCount';
import { isOwnNetwork, MOST_TASKS, type NetworkSpec } from './recipe';
import type { StreamSpec } from './stream';
import { datasetsOf, imageShapeOf, outputsOf, tasksOf } from './streamTasks';

/** More test images than this in a run, or bytes of parameters that it keeps, are pointed out: a 100 tasks on all of MNIST come near. */
const MANY_IMAGES = 1e8;
const MANY_BYTES = 1e9;

/** What a long stream costs where nothing bounds it: all tasks after each task, and the parameters after each. */
export function checkLongStream(file: ExperimentFile, factsOf: FactsOf): Finding[] {
  const { stream, network, evaluation } = file;
  const tasks = tasksOf(stream);
  // One that is too long is refused, whatever it would cost.
  if (!isLong(tasks) || tasks > MOST_TASKS) return [];
  const found: Finding[] = [];
  const warn = (setting: string, message: string) =>
    found.push({
      severity: 'warning',
      message,
      path:
        setting in evaluation
          ? ['evaluation', setting]
          : stream.kind === 'parts'
            ? ['stream', 'parts']
            : ['stream', 'tasks'],
    });
  const images = imagesTested(file, factsOf);
  if (images > MANY_IMAGES)
    warn(
      'matrixTasks',
      `Each run tests ${inMillions(images)} images: on ${tasks} tasks that may take hours. In "evaluation", "matrixTasks": 20 and "matrixSamples": 200 measure 20 tasks after each task, on 200 images each.`,
    );
  const { keep = 'all' } = evaluation;
  const kept = keep === 'all' ? tasks : keep === 'last' ? 1 : Math.ceil(tasks / keep);
  const bytes = kept * 4 * parametersOf(network, stream, factsOf);
  if (bytes > MANY_BYTES)
    warn(
      'keep',
      `Each run keeps the parameters after ${kept} tasks: ${(bytes / 1e9).toFixed(1)} GB. In "evaluation", "keep": "last" keeps those after the last one, and a number those after every so many.`,
    );
  return found;
}

const inMillions = (images: number) => `${Math.round(images / 1e6)} million`;

/** Test images that a run takes through its network. */
function imagesTested({ stream, evaluation, training }: ExperimentFile, factsOf: FactsOf): number {
  const tasks = tasksOf(stream);
  const all = Math.max(...datasetsOf(stream).map((name) => factsOf(name).test));
  const { matrixSamples = all, samples } = evaluation;
  const points = Math.min(pointsPerTask(tasks, evaluation), training.iterations ?? Infinity);
  let tested = 0;
  for (let task = 0; task < tasks; task++) {
    const row = measuredAfter(task, evaluation)?.length ?? tasks;
    tested += row * Math.min(all, matrixSamples);
    tested += points * seenAmongMeasured(task, evaluation).length * Math.min(all, samples);
  }
  return tested;
}

/** How many a network of the user's own has, it says when it is made. */
const parametersOf = (network: NetworkSpec, stream: StreamSpec, factsOf: FactsOf): number =>
  isOwnNetwork(network) ? 0 : parameterCount(network, imageShapeOf(stream, factsOf), outputsOf(stream, factsOf));
