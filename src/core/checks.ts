import { cards } from './methods/index';
import { missingData, shippedCatalogue, type Catalogue, type CatalogueEntry } from './catalogue';
import { networkOf, type ExperimentFile, type MethodEntry } from './experiment';
import { noSuchDataset, otherKind } from './explain';
import { kindWith } from './kinds';
import { networkKinds, type NetworkSpec } from './recipe';
import type { Finding } from './problems';
import { imageShapeOf } from './stream';

/**
 * What the schema cannot say: faults between parts of a well-formed experiment file.
 *
 * @param catalogue the data sets that there are
 */
export function checkExperiment(file: ExperimentFile, catalogue: Catalogue = shippedCatalogue): Finding[] {
  const data = catalogue.get(file.stream.dataset);
  return [
    ...checkData(file, data, catalogue),
    ...(data ? checkStream(file, data) : []),
    ...checkNetwork(file, data, file.network, ['network']),
    ...checkTraining(file),
    ...checkSeeds(file),
    ...checkRuns(file),
    ...file.methods.flatMap((item, i) => checkEntry(file, data, item, i)),
  ];
}

const error = (path: (string | number)[], message: string): Finding => ({ severity: 'error', message, path });

/** An experiment can be written before its data is there, and not started. */
function checkData(
  { stream: { dataset } }: ExperimentFile,
  data: CatalogueEntry | undefined,
  catalogue: Catalogue,
): Finding[] {
  const path = ['stream', 'dataset'];
  if (!data) return [error(path, noSuchDataset(dataset, [...catalogue.keys()]))];
  return data.present ? [] : [{ severity: 'warning', message: missingData(dataset, data), path }];
}

function checkStream({ stream }: ExperimentFile, { classes, title }: CatalogueEntry): Finding[] {
  if (stream.kind !== 'split') return [];
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
  data: CatalogueEntry | undefined,
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
  if (!data) return found;
  const { title, shape } = data;
  const [height, width] = imageShapeOf(stream, shape);
  if (network.kind === 'cnn' && height === 1)
    return [
      ...found,
      error(
        at('kind'),
        `The examples of ${title} are lists of ${width} values: a network of "kind": "cnn" needs images. An "mlp" takes them.`,
      ),
    ];
  const side = Math.min(height, width);
  const most = Math.floor(Math.log2(side));
  if (network.kind === 'cnn' && network.conv.length > most)
    found.push(
      error(
        at('conv'),
        `The images of ${title} have ${side} pixels a side and each convolution halves that: at most ${most} convolutions fit. Convolution ${most + 1} would get a single pixel.`,
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

function checkEntry(
  file: ExperimentFile,
  data: CatalogueEntry | undefined,
  item: MethodEntry | MethodEntry[],
  index: number,
): Finding[] {
  if (!Array.isArray(item)) return checkMethod(file, data, item, networkOf(file, [item]), ['methods', index]);
  // Methods of a combination share one network: what one prescribes holds for the others too.
  const network = networkOf(file, item);
  return item.flatMap((entry, i) => {
    const path = ['methods', index, i];
    const twice = item.findIndex((other) => other.method === entry.method) < i;
    return [
      ...checkMethod(file, data, entry, network, path, item),
      ...(cards[entry.method].combines
        ? []
        : [error([...path, 'method'], `${cards[entry.method].title} cannot be combined with other methods.`)]),
      ...(twice ? [error([...path, 'method'], `${cards[entry.method].title} stands twice in this combination.`)] : []),
    ];
  });
}

function checkMethod(
  file: ExperimentFile,
  data: CatalogueEntry | undefined,
  entry: MethodEntry,
  network: NetworkSpec,
  path: (string | number)[],
  together: readonly MethodEntry[] = [entry],
): Finding[] {
  const found: Finding[] = [];
  const fit = cards[entry.method].scenarios[file.stream.scenario];
  if (fit.fit === 'undefined') found.push(error([...path, 'method'], fit.reason));
  if (entry.training?.epochs !== undefined && entry.training.iterations !== undefined) {
    found.push(error([...path, 'training', 'iterations'], 'Give either epochs or iterations, not both.'));
  }
  const own = entry.network ? checkNetwork(file, data, network, [...path, 'network'], entry.network) : [];
  return [...found, ...own, ...checkByCard(file, entry, network, path, together)];
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
  const found = cards[entry.method].check?.(entry as never, { tasks: stream.tasks, network, beside }) ?? [];
  return found.map(({ severity, message, setting = 'method' }) => ({ severity, message, path: [...path, setting] }));
}
