import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { OwnManifest } from '../../core/manifest';
import { taskAwareFit } from '../../core/experiment';
import { ownHeads, type ActiveOf } from '../steps/activeOutputs';
import type { Backend } from '../backend/backend';
import type { Network, TensorView } from '../contract/network';
import type { Stream } from '../contract/stream';
import { keptOnTheWay, parametersFile, type After } from '../checkpointFiles';
import { networkFrom } from '../networks/network';
import { readRegular } from '../regularFile';
import { decodeTensors } from '../safetensors';
import { usedExamples } from '../streams/usedExamples';

/** The parameters that a run kept after a task, with the network that they are of. */
export interface KeptParameters {
  readonly task: number;
  /** Of the file. */
  readonly sha256: string;
  readonly network: Network;
  readonly theta: Float32Array;
  /** Running statistics, of a network that has some. */
  readonly buffers?: Float32Array;
}

/** A run that is done, as analyses see it. The code of its methods plays no part. */
export interface FinishedRun {
  readonly manifest: OwnManifest;
  readonly backend: Backend;
  readonly stream: Stream;
  /** Of each task the training examples that its steps used. */
  readonly examples: readonly Int32Array[];
  /** Output units among which a task is asked about: its head where it is told, else all, whatever took part in training. */
  readonly headOf: ActiveOf;
  readonly kept: readonly KeptParameters[];
  /** Parameters that were kept within tasks, in their order: read when they are needed, since there may be many. */
  readonly way: readonly (Required<After> & { readonly read: () => KeptParameters })[];
}

const MOST_BYTES = 2 ** 31;

/** @param experiment its network as it began. @throws RangeError when it kept no parameters, or such that are none of its network */
export function finishedRun(
  runFolder: string,
  manifest: OwnManifest,
  { stream: whole, backend, experiment }: Pick<FinishedRun, 'stream' | 'backend'> & { readonly experiment: Network },
): FinishedRun {
  const { spec, seed } = manifest;
  const { stream, training: examples } = usedExamples(whole, spec.training, seed);
  const kept = stream.tasks.flatMap((_, task) => {
    const file = path.join(runFolder, parametersFile({ task }));
    return existsSync(file) ? [parametersIn(readRegular(file, MOST_BYTES), task, experiment)] : [];
  });
  if (kept.length === 0)
    throw new RangeError('This run kept no parameters ("keep" of its evaluation says after which tasks).');
  const isMasked =
    spec.stream.scenario === 'task' || 'taskAwareOnly' in taskAwareFit(spec.methods, spec.stream.scenario);
  const headOf: ActiveOf = isMasked ? ownHeads(stream) : () => undefined;
  const way = keptOnTheWay(runFolder).map((after) => ({
    ...after,
    read: () =>
      parametersIn(readRegular(path.join(runFolder, parametersFile(after)), MOST_BYTES), after.task, experiment),
  }));
  return { manifest, backend, stream, examples, headOf, kept, way };
}

function parametersIn(bytes: Buffer, task: number, experiment: Network): KeptParameters {
  const { tensors, metadata } = decodeTensors(bytes);
  const network = networkOf(metadata['architecture'], experiment);
  const flat = (views: readonly TensorView[], size: number) => {
    const values = new Float32Array(size);
    for (const { name, offset, size: length } of views) {
      const stored = Object.hasOwn(tensors, name) ? tensors[name]?.values : undefined;
      if (!(stored instanceof Float32Array) || stored.length !== length)
        throw new RangeError(`The parameters after task ${task + 1} have no "${name}" of ${length} numbers.`);
      values.set(stored, offset);
    }
    return values;
  };
  const { views, parameterCount, statistics } = network;
  return {
    task,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    network,
    theta: flat(views, parameterCount),
    ...(statistics && { buffers: flat(statistics.views, statistics.initial.length) }),
  };
}

/** The experiment's own, so that all checkpoints share one; or another that a method put in its place. */
function networkOf(text: string | undefined, experiment: Network): Network {
  if (text === undefined || text === JSON.stringify(experiment.architecture)) return experiment;
  const architecture = JSON.parse(text) as Network['architecture'];
  if (architecture['kind'] !== 'layers')
    throw new RangeError(
      'Analyses are of the network that the experiment describes; the method of this run made another kind of network (columns, gates) of it.',
    );
  return networkFrom(architecture, experiment);
}
