import { cards, type MethodCard } from './methods/index';
import { networkOf, type ExperimentFile, type MethodEntry } from './experiment';
import { otherKind } from './explain';
import { kindWith } from './kinds';
import { networkKinds, type NetworkSpec } from './recipe';
import type { Finding } from './problems';
import { shippedFacts } from './shippedFacts';
import { checkStream } from './streamChecks';
import { classesComeAgain, datasetsOf, imageShapeOf, tasksOf } from './streamTasks';

/** What the schema cannot say: faults between parts of a well-formed experiment file. */
export function checkExperiment(file: ExperimentFile): Finding[] {
  return [
    ...checkStream(file.stream),
    ...checkNetwork(file, file.network, ['network']),
    ...checkTraining(file),
    ...checkSeeds(file),
    ...checkRuns(file),
    ...file.methods.flatMap((item, i) => checkEntry(file, item, i)),
  ];
}

const error = (path: (string | number)[], message: string): Finding => ({ severity: 'error', message, path });

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
  const [dataset = ''] = datasetsOf(stream);
  const { title } = shippedFacts(dataset);
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

function checkEntry(file: ExperimentFile, item: MethodEntry | MethodEntry[], index: number): Finding[] {
  if (!Array.isArray(item)) return checkMethod(file, item, networkOf(file, [item]), ['methods', index]);
  // Methods of a combination share one network: what one prescribes holds for the others too.
  const network = networkOf(file, item);
  return item.flatMap((entry, i) => {
    const path = ['methods', index, i];
    const twice = item.findIndex((other) => other.method === entry.method) < i;
    return [
      ...checkMethod(file, entry, network, path, item),
      ...(cards[entry.method].combines
        ? []
        : [error([...path, 'method'], `${cards[entry.method].title} cannot be combined with other methods.`)]),
      ...(twice ? [error([...path, 'method'], `${cards[entry.method].title} stands twice in this combination.`)] : []),
    ];
  });
}

function checkMethod(
  file: ExperimentFile,
  entry: MethodEntry,
  network: NetworkSpec,
  path: (string | number)[],
  together: readonly MethodEntry[] = [entry],
): Finding[] {
  const found: Finding[] = [];
  const fit = cards[entry.method].scenarios[file.stream.scenario];
  if (fit.fit === 'undefined') found.push(error([...path, 'method'], fit.reason));
  found.push(...checkBoundaries(file, entry, path));
  if (entry.training?.epochs !== undefined && entry.training.iterations !== undefined) {
    found.push(error([...path, 'training', 'iterations'], 'Give either epochs or iterations, not both.'));
  }
  const own = entry.network ? checkNetwork(file, network, [...path, 'network'], entry.network) : [];
  return [...found, ...own, ...checkByCard(file, entry, network, path, together)];
}

/** A method that acts where one task ends and the next begins finds no such place in a blurry stream. */
function checkBoundaries({ stream }: ExperimentFile, entry: MethodEntry, path: (string | number)[]): Finding[] {
  if (!stream.blurry) return [];
  const { needsBoundary }: MethodCard = cards[entry.method];
  return (needsBoundary?.(entry as never) ?? []).map(({ reason, setting = 'method' }) =>
    error([...path, setting], `${reason}, and with "blurry" no task has an end.`),
  );
}

/** What the method's own rules find. */
function checkByCard(
  { stream }: ExperimentFile,
  entry: MethodEntry,
  network: NetworkSpec,
  path: (string | number)[],
  together: readonly MethodEntry[],
): Finding[] {
  const beside = together.filter((other) => other !== entry).map(({ method }) => method);
  const comesAgain = classesComeAgain(stream, shippedFacts);
  const place = { tasks: tasksOf(stream), network, beside, comesAgain };
  const found = cards[entry.method].check?.(entry as never, place) ?? [];
  return found.map(({ severity, message, setting = 'method' }) => ({ severity, message, path: [...path, setting] }));
}
