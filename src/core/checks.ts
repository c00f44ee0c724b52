import { datasets } from './datasets';
import { networkOf, type ExperimentFile, type MethodEntry } from './experiment';
import { otherKind } from './explain';
import { kindWith } from './kinds';
import { cardIn, noOwnFiles, titleIn, type OwnFiles } from './own/ownFiles';
import { isOwnPath } from './own/ownPath';
import { networkKinds, type NetworkSpec } from './recipe';
import type { Finding } from './problems';
import { imageShapeOf } from './stream';

/** What the schema cannot say: faults between parts of a well-formed experiment file. */
export function checkExperiment(file: ExperimentFile, own = noOwnFiles): Finding[] {
  return [
    ...checkStream(file),
    ...checkNetwork(file, file.network, ['network']),
    ...checkTraining(file),
    ...checkSeeds(file),
    ...checkRuns(file),
    ...file.methods.flatMap((item, i) => checkEntry(file, item, i, own)),
  ];
}

const error = (path: (string | number)[], message: string): Finding => ({ severity: 'error', message, path });

function checkStream({ stream }: ExperimentFile): Finding[] {
  if (stream.kind !== 'split') return [];
  const { classes, title } = datasets[stream.dataset];
  const found: Finding[] = [];
  const allowed = Array.from({ length: classes }, (_, i) => i + 1).filter((n) => classes % n === 0);
  if (classes % stream.tasks !== 0) {
    const why =
      stream.tasks > classes
        ? `${title} has only ${classes} classes`
        : `the ${classes} classes of ${title} do not divide evenly over ${stream.tasks} tasks`;
    found.push(error(['stream', 'tasks'], `${why[0]?.toUpperCase()}${why.slice(1)}. Allowed: ${allowed.join(', ')}.`));
  }
  if (stream.scenario === 'domain' && stream.tasks === classes) {
    found.push(error(['stream', 'tasks'], 'In the domain-incremental scenario a task needs at least two classes.'));
  }
  if (Array.isArray(stream.classOrder)) {
    const order = stream.classOrder;
    const isPermutation =
      order.length === classes && new Set(order).size === classes && order.every((c) => c < classes);
    if (!isPermutation)
      found.push(error(['stream', 'classOrder'], `The order must hold each of the classes 0 to ${classes - 1} once.`));
  }
  return found;
}

function checkNetwork(
  { stream }: ExperimentFile,
  network: NetworkSpec,
  path: (string | number)[],
  given: object = network,
): Finding[] {
  const at = (setting: string) => (Object.hasOwn(given, setting) ? [...path, setting] : path);
  const foreign = Object.keys(given).flatMap((setting) => {
    const kind = kindWith(networkKinds, setting);
    const known = Object.hasOwn(networkKinds[network.kind].shape, setting);
    return known || !kind ? [] : [{ ...error([...path, setting], otherKind(setting, 'networks', kind)), atKey: true }];
  });
  if (foreign.length > 0) return foreign;
  const found: Finding[] = [];
  const isEmpty = network.hidden.length === 0;
  if (network.kind === 'mlp' && isEmpty)
    found.push(error(at('hidden'), 'A network of "kind": "mlp" needs at least one hidden layer.'));
  if (network.kind === 'cnn' && isEmpty && network.dropout > 0)
    found.push(error(at('dropout'), 'Dropout is for hidden layers, and "hidden" is empty: convolutions drop nothing.'));
  const { title } = datasets[stream.dataset];
  const [height, width] = imageShapeOf(stream);
  const side = Math.min(height, width);
  const most = Math.floor(Math.log2(side));
  if (network.kind === 'cnn' && network.conv.length > most)
    found.push(
      error(
        at('conv'),
        `The images of ${title} have ${side} pixels a side and each convolution halves that: at most ${most} convolutions fit.`,
      ),
    );
  return found;
}

function checkTraining({ training }: ExperimentFile): Finding[] {
  const found: Finding[] = [];
  if (training.epochs !== undefined && training.iterations !== undefined) {
    found.push(error(['training', 'iterations'], 'Give either epochs or iterations, not both.'));
  }
  if (training.optimizer === 'adam' && training.momentum !== 0) {
    found.push(error(['training', 'momentum'], 'Momentum belongs to the optimizer "sgd"; Adam has its own.'));
  }
  return found;
}

function checkSeeds({ seeds }: ExperimentFile): Finding[] {
  if (typeof seeds === 'number') return [];
  const seen = new Set<number>();
  return seeds.flatMap((seed, i) => {
    if (seen.has(seed)) return [error(['seeds', i], `Seed ${seed} is given twice.`)];
    seen.add(seed);
    return [];
  });
}

/** One folder for each; many more than anyone has trained in one comparison. */
const MOST_RUNS = 10_000;

function checkRuns({ seeds, methods }: ExperimentFile): Finding[] {
  const each = typeof seeds === 'number' ? seeds : seeds.length;
  const runs = each * methods.length;
  if (runs <= MOST_RUNS) return [];
  return [
    error(
      ['seeds'],
      `${methods.length} methods with ${each} seeds are ${runs} runs; an experiment has at most 10,000.`,
    ),
  ];
}

function checkEntry(file: ExperimentFile, item: MethodEntry | MethodEntry[], index: number, own: OwnFiles): Finding[] {
  if (!Array.isArray(item)) return checkMethod(file, item, networkOf(file, [item]), ['methods', index], own);
  // Methods of a combination share one network: what one prescribes holds for the others too.
  const network = networkOf(file, item);
  return item.flatMap((entry, i) => {
    const path = ['methods', index, i];
    const twice = item.findIndex((other) => other.method === entry.method) < i;
    return [
      ...checkMethod(file, entry, network, path, own, item),
      ...(cardIn(own, entry.method)?.combines === false
        ? [error([...path, 'method'], `${titleIn(own, entry.method)} cannot be combined with other methods.`)]
        : []),
      ...(twice ? [error([...path, 'method'], `${titleIn(own, entry.method)} stands twice in this combination.`)] : []),
    ];
  });
}

function checkMethod(
  file: ExperimentFile,
  entry: MethodEntry,
  network: NetworkSpec,
  path: (string | number)[],
  own: OwnFiles,
  together: readonly MethodEntry[] = [entry],
): Finding[] {
  const found: Finding[] = checkOwnFile(entry, path, own);
  const fit = cardIn(own, entry.method)?.scenarios[file.stream.scenario];
  if (fit?.fit === 'undefined') found.push(error([...path, 'method'], fit.reason));
  if (entry.training?.epochs !== undefined && entry.training.iterations !== undefined) {
    found.push(error([...path, 'training', 'iterations'], 'Give either epochs or iterations, not both.'));
  }
  const overrides = entry.network ? checkNetwork(file, network, [...path, 'network'], entry.network) : [];
  return [...found, ...overrides, ...checkByCard(file, entry, network, path, together)];
}

/** What is wrong with a file of the user's own. */
function checkOwnFile({ method }: MethodEntry, path: (string | number)[], own: OwnFiles): Finding[] {
  const file = isOwnPath(method) ? own.get(method) : undefined;
  if (!file || file.kind === 'method' || file.message === undefined) return [];
  const severity = file.kind === 'faulty' ? 'error' : 'warning';
  return [{ severity, message: file.message, path: [...path, 'method'] }];
}

/** What the method's own rules find. Those of the user's own methods are asked when a run starts. */
function checkByCard(
  { stream }: ExperimentFile,
  entry: MethodEntry,
  network: NetworkSpec,
  path: (string | number)[],
  together: readonly MethodEntry[],
): Finding[] {
  const beside = together.filter((other) => other !== entry).map(({ method }) => method);
  const found =
    cardIn(noOwnFiles, entry.method)?.check?.(entry as never, { tasks: stream.tasks, network, beside }) ?? [];
  return found.map(({ severity, message, setting = 'method' }) => ({ severity, message, path: [...path, setting] }));
}
