import { factsIn } from './catalogue';
import type { Experiment, Variant } from './experiment';
import { formatBytes } from './format';
import type { Ground, Growth } from './methods/card';
import { cardIn, noOwnFiles } from './own/ownFiles';
import { parameterCount } from './parameterCount';
import type { Finding } from './problems';
import { isOwnNetwork, type TrainingSpec } from './recipe';
import { isOwnStream } from './stream';
import { headsOf, imageShapeOf, outputsOf } from './streamTasks';

/** What training takes at least, once its network is as large as it gets. */
interface Need extends Growth {
  /** Parameters, their gradient and what the optimiser keeps fit at the same time. */
  readonly bytes: number;
  /** Whether its method adds to the network. */
  readonly grows: boolean;
}

/** Numbers that the optimiser keeps for each parameter. */
const slotsOf = ({ optimizer, momentum }: TrainingSpec): number => (optimizer === 'adam' ? 2 : momentum === 0 ? 0 : 1);

/** How large the network of a method gets; undefined where it stays as it is, or nobody can tell. */
export function growthOf(methods: Variant['methods'], ground: Ground | undefined): Growth | undefined {
  if (!ground) return undefined;
  for (const { method, settings } of methods) {
    const growth = cardIn(noOwnFiles, method)?.growth?.(settings as never, ground);
    if (growth) return growth;
  }
  return undefined;
}

/** Undefined where the file does not tell. What a program trains is its own business. */
function needOf({ network, methods, training, program }: Variant, { stream, data }: Experiment): Need | undefined {
  if (program || isOwnNetwork(network) || isOwnStream(stream)) return undefined;
  const factsOf = factsIn(data);
  const [image, outputs] = [imageShapeOf(stream, factsOf), outputsOf(stream, factsOf)];
  const growth = growthOf(methods, { network, image, outputs, heads: headsOf(stream, factsOf) });
  const { parameters, beside, atMost } = growth ?? { parameters: parameterCount(network, image, outputs), beside: 0 };
  const bytes = Float32Array.BYTES_PER_ELEMENT * parameters * (2 + slotsOf(training)) + beside;
  return { parameters, beside, bytes, grows: growth !== undefined, ...(atMost && { atMost }) };
}

/**
 * Warns of each entry of `methods` that takes more memory than there is, at the latest at the end of the stream.
 *
 * @param memory bytes of the machine
 */
export function checkMemory(experiment: Experiment, memory: number): Finding[] {
  const seen = new Set<number>();
  return experiment.variants.flatMap((variant): Finding[] => {
    const { entry } = variant;
    const message = excessOf(variant, experiment, memory);
    if (message === undefined || entry === undefined || seen.has(entry)) return [];
    seen.add(entry);
    return [{ severity: 'warning', message, path: ['methods', entry] }];
  });
}

/** Why one of the variants cannot be trained with so much memory (bytes), whatever happens in training. @param keys of those meant */
export function beyondMemory(experiment: Experiment, keys: readonly string[], memory: number): string | undefined {
  for (const variant of experiment.variants) {
    if (!keys.includes(variant.key) || needOf(variant, experiment)?.atMost) continue;
    const excess = excessOf(variant, experiment, memory);
    if (excess !== undefined) return excess;
  }
  return undefined;
}

function excessOf(variant: Variant, experiment: Experiment, memory: number): string | undefined {
  const need = needOf(variant, experiment);
  if (!need || need.bytes <= memory) return undefined;
  const { parameters, beside, bytes, grows, atMost } = need;
  const size = `${parameters.toLocaleString('en')} parameters${beside > 0 ? `, with ${formatBytes(beside)} beside them` : ''}`;
  const verb = grows ? (atMost ? 'can come to' : 'comes to') : 'has';
  const takes = atMost ? `${formatBytes(bytes)} then` : `at least ${formatBytes(bytes)}`;
  const ends = atMost ? ' A run ends where it does not fit.' : '';
  const remedy = `A smaller network${grows ? ', or fewer tasks, take' : ' takes'} less.`;
  return `With ${variant.label} the network ${verb} ${size}: training takes ${takes}, and this machine has ${formatBytes(memory)}.${ends} ${remedy}`;
}
