import { augmentationOf, type Augmentation } from './augment';
import { factsIn, missingData, shippedCatalogue, type Catalogue, type FactsOf } from './catalogue';
import { SHIPPED } from './datasets';
import { boundaryText } from './methods/card';
import { isProgramEntry, networkOf, trainingOf, type ExperimentFile, type MethodEntry } from './experiment';
import { explain, noSuchDataset, otherKind, singleIssues } from './explain';
import { kindWith } from './kinds';
import { checkLongStream } from './longStreamChecks';
import { cardIn, noOwnFiles, ownNetworkForm, titleIn, type OwnFiles } from './own/ownFiles';
import { parameterCount } from './parameterCount';
import {
  isOwnNetwork,
  networkKinds,
  ownNetworkSchema,
  RESNET_SIDE,
  tooSmallFor,
  type BuiltInNetworkSpec,
  type NetworkSpec,
  type OwnNetworkSpec,
  type ResnetSpec,
} from './recipe';
import { recipeFaults } from './recipeChecks';
import type { Finding } from './problems';
import { checkStream } from './streamChecks';
import { isOwnStream, type StreamSpec } from './stream';
import {
  classesComeAgain,
  datasetsOf,
  examplesOfTasks,
  imageShapeOf,
  outputsOf,
  partsOf,
  tasksOf,
} from './streamTasks';

/**
 * What the schema cannot say: faults between parts of a well-formed experiment file.
 *
 * @param catalogue the data sets that there are
 * @param own what is known of the files of the user's own that it names
 * @param variants where sweeps make more of the written ones: how many they come to
 */
export function checkExperiment(
  file: ExperimentFile,
  catalogue = shippedCatalogue,
  own = noOwnFiles,
  variants?: number,
): Finding[] {
  // Where a name is wrong, that is the fault: nothing is said about its images.
  const factsOf = datasetsOf(file.stream).every((name) => catalogue.has(name)) ? factsIn(catalogue) : undefined;
  return [
    ...checkData(file, catalogue),
    ...(factsOf ? checkStream(file.stream, factsOf) : []),
    ...(factsOf ? checkInputs(file, factsOf) : []),
    ...checkTaskCount(file.stream.kind, own),
    ...checkNetwork(file, factsOf, file.network, ['network'], own),
    ...checkTraining(file, factsOf),
    ...checkSeeds(file),
    ...checkRuns(file, variants),
    ...(factsOf ? checkLongStream(file, factsOf) : []),
    ...file.methods.flatMap((item, i) => checkEntry(file, factsOf, item, i, own)),
  ];
}

const error = (path: (string | number)[], message: string): Finding => ({ severity: 'error', message, path });

/**
 * Whether each data set that the stream names is there, at the place that names it. An experiment can be written before
 * its data is there, and not started.
 */
function checkData({ stream }: ExperimentFile, catalogue: Catalogue): Finding[] {
  return namesOfData(stream).flatMap(({ dataset, path }): Finding[] => {
    const data = catalogue.get(dataset);
    if (!data) return [error(path, noSuchDataset(dataset, [...catalogue.keys()]))];
    return data.present ? [] : [{ severity: 'warning', message: missingData(dataset, data), path }];
  });
}

/** Where a stream names its data sets. */
function namesOfData(stream: StreamSpec): { readonly dataset: string; readonly path: (string | number)[] }[] {
  const path = ['stream', 'dataset'];
  if (!isOwnStream(stream))
    return partsOf(stream).map(({ dataset }, i) => ({
      dataset,
      path: stream.kind === 'parts' ? ['stream', 'parts', i, 'dataset'] : path,
    }));
  const { dataset } = stream;
  return Array.isArray(dataset) ? dataset.map((one, i) => ({ dataset: one, path: [...path, i] })) : [{ dataset, path }];
}

/** The data sets of a stream have images of one shape. */
function firstDataset(stream: StreamSpec, factsOf: FactsOf) {
  const [dataset = SHIPPED] = datasetsOf(stream);
  return factsOf(dataset);
}

function checkInputs({ stream }: ExperimentFile, factsOf: FactsOf): Finding[] {
  if (typeof stream.inputs !== 'object') return [];
  const { title, shape } = firstDataset(stream, factsOf);
  const [, , channels] = shape;
  return Object.entries(stream.inputs).flatMap(([name, { length }]) =>
    length === channels
      ? []
      : [
          error(
            ['stream', 'inputs', name],
            `Images of ${title} have ${channels} ${channels === 1 ? 'channel' : 'channels'}, and here are ${length} numbers.`,
          ),
        ],
  );
}

/** Only images can be cropped and mirrored, and of a crop that large nothing of them may be left. */
function checkAugment(
  { stream }: ExperimentFile,
  factsOf: FactsOf | undefined,
  training: { readonly augment?: Augmentation | undefined } | undefined,
  path: (string | number)[],
): Finding[] {
  const augmentation = augmentationOf(training ?? {});
  if (!factsOf || !augmentation) return [];
  const { crop } = augmentation;
  const { title, shape } = firstDataset(stream, factsOf);
  if (shape[0] === 1)
    return [error([...path, 'augment'], `The examples of ${title} are lists of values: only images are augmented.`)];
  const [height, width] = imageShapeOf(stream, factsOf);
  if (crop < Math.min(height, width)) return [];
  return [
    error(
      [...path, 'augment', 'crop'],
      `The images of ${title} are ${height} × ${width} pixels: a crop has to be smaller than a side.`,
    ),
  ];
}

function checkNetwork(
  { stream }: ExperimentFile,
  factsOf: FactsOf | undefined,
  network: NetworkSpec,
  path: (string | number)[],
  own: OwnFiles,
  given: object = network,
): Finding[] {
  const at = (setting: string) => (Object.hasOwn(given, setting) ? [...path, setting] : path);
  if (isOwnNetwork(network)) return checkOwnNetwork(network, path, own);
  const foreign = Object.keys(given).flatMap((setting) => {
    const kind = kindWith(networkKinds, setting);
    const known = Object.hasOwn(networkKinds[network.kind].shape, setting);
    if (known) return [];
    const message = kind
      ? otherKind(setting, 'networks', kind)
      : `"${setting}" is no setting of networks of "kind": "${network.kind}".`;
    return [{ ...error([...path, setting], message), atKey: true }];
  });
  if (foreign.length > 0) return foreign;
  if (network.freshHead !== undefined && network.weights === undefined)
    return [error(at('freshHead'), 'A head is drawn anew where the other weights come from a file: give "weights".')];
  if (network.kind === 'resnet18') return factsOf ? checkResnet(stream, factsOf, network, given, at) : [];
  const found: Finding[] = [];
  const isEmpty = network.hidden.length === 0;
  if (network.kind === 'mlp' && isEmpty)
    found.push(error(at('hidden'), 'A network of "kind": "mlp" needs at least one hidden layer.'));
  if (network.kind === 'cnn' && isEmpty && network.dropout > 0)
    found.push(error(at('dropout'), 'Dropout is for hidden layers, and "hidden" is empty: convolutions drop nothing.'));
  if (!factsOf) return found;
  const { title, shape } = firstDataset(stream, factsOf);
  const [height, width] = imageShapeOf(stream, factsOf);
  if (network.kind === 'cnn' && shape[0] === 1)
    return [
      ...found,
      error(
        at('kind'),
        `The examples of ${title} are lists of ${width} values: a network of "kind": "cnn" needs images. An "mlp" takes them.`,
      ),
    ];
  const side = Math.min(height, width);
  const most = Math.floor(Math.log2(side));
  const fault = network.kind === 'cnn' ? tooSmallFor(network, [height, width, 1]) : undefined;
  if (fault)
    found.push(
      error(
        at('conv'),
        `${fault}: the images of ${title} have ${side} pixels a side and each convolution halves that: at most ${most} convolutions fit.`,
      ),
    );
  return found;
}

/** What the schema of its settings says of all of them: an override was looked at by itself. */
function checkOwnNetwork(network: OwnNetworkSpec, path: (string | number)[], own: OwnFiles): Finding[] {
  const { error: fault } = ownNetworkSchema(ownNetworkForm(own, network.kind)).safeParse(network);
  return singleIssues(fault?.issues ?? []).map((issue) => {
    const finding = explain({ ...issue, path: ['network', ...issue.path] }, { network }, own);
    return { ...finding, path: [...path, ...finding.path.slice(1)] };
  });
}

function checkResnet(
  stream: ExperimentFile['stream'],
  factsOf: FactsOf,
  { norm, groups, filters }: ResnetSpec,
  given: object,
  at: (setting: string) => (string | number)[],
): Finding[] {
  const found: Finding[] = [];
  const [height, width] = imageShapeOf(stream, factsOf);
  const side = Math.min(height, width);
  if (side < RESNET_SIDE)
    found.push(
      error(
        at('kind'),
        `A ResNet halves its images three times, so they need ${RESNET_SIDE} pixels a side; those of ${firstDataset(stream, factsOf).title} have ${side}.`,
      ),
    );
  if (norm === 'group' && filters % groups !== 0)
    found.push(error(at('groups'), `${filters} filters do not divide evenly into ${groups} groups.`));
  if (norm !== 'group' && Object.hasOwn(given, 'groups') && groups !== DEFAULT_GROUPS)
    found.push(error(at('groups'), 'Groups are those of "norm": "group".'));
  return found;
}

/** Stands in every resolved network. */
const DEFAULT_GROUPS = networkKinds.resnet18.parse({ kind: 'resnet18' }).groups;

function checkTraining(file: ExperimentFile, factsOf: FactsOf | undefined): Finding[] {
  const { training, network, stream } = file;
  const found = [
    ...recipeFaults(training, network, stream).map(({ setting, message }) => error(['training', ...setting], message)),
    ...checkAugment(file, factsOf, training, ['training']),
  ];
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

function checkRuns({ seeds, methods }: ExperimentFile, variants: number | undefined): Finding[] {
  const each = typeof seeds === 'number' ? seeds : seeds.length;
  const what = variants === undefined ? `${methods.length} methods` : `${variants} variants`;
  const runs = each * (variants ?? methods.length);
  if (runs <= MOST_RUNS) return [];
  return [error(['seeds'], `${what} with ${each} seeds are ${runs} runs; an experiment has at most 10,000.`)];
}

function checkEntry(
  file: ExperimentFile,
  factsOf: FactsOf | undefined,
  item: MethodEntry | MethodEntry[],
  index: number,
  own: OwnFiles,
): Finding[] {
  const entries = Array.isArray(item) ? item : [item];
  return [...checkOwnRecipe(file, entries, index, own), ...checkMethods(file, factsOf, item, index, own)];
}

/** The training that an entry comes to, where it is not the experiment's, which is looked at by itself. */
function checkOwnRecipe(
  file: ExperimentFile,
  entries: readonly MethodEntry[],
  index: number,
  own: OwnFiles,
): Finding[] {
  const found = recipeFaults(trainingOf(file, entries, own), networkOf(file, entries, own), file.stream);
  const known = recipeFaults(file.training, file.network, file.stream).map(({ message }) => message);
  return found
    .filter(({ message }) => !known.includes(message))
    .map(({ setting, message }) => {
      const i = entries.findIndex(({ training }) => training && Object.hasOwn(training, setting[0]));
      const path = ['methods', index, ...(entries.length > 1 && i >= 0 ? [i] : [])];
      return error(i >= 0 ? [...path, 'training', ...setting] : path, message);
    });
}

function checkMethods(
  file: ExperimentFile,
  factsOf: FactsOf | undefined,
  item: MethodEntry | MethodEntry[],
  index: number,
  own: OwnFiles,
): Finding[] {
  if (!Array.isArray(item))
    return checkMethod(file, factsOf, item, networkOf(file, [item], own), ['methods', index], own);
  // Methods of a combination share one network: what one prescribes holds for the others too.
  const network = networkOf(file, item, own);
  return item.flatMap((entry, i) => {
    const path = ['methods', index, i];
    if (isProgramEntry(entry)) return [error([...path, 'program'], 'A program cannot be combined with methods.')];
    const twice = item.findIndex((other) => other.method === entry.method) < i;
    return [
      ...checkMethod(file, factsOf, entry, network, path, own, item),
      ...checkCompany(entry, item, [...path, 'method'], own),
      ...(twice ? [error([...path, 'method'], `${titleIn(own, entry.method)} stands twice in this combination.`)] : []),
    ];
  });
}

/** A method that may stand beside certain ones alone, or beside none, in a list with others. */
function checkCompany(
  { method }: MethodEntry,
  together: readonly MethodEntry[],
  path: (string | number)[],
  own: OwnFiles,
): Finding[] {
  const company = cardIn(own, method)?.combines ?? true;
  if (company === true) return [];
  if (company === false) return [error(path, `${titleIn(own, method)} cannot be combined with other methods.`)];
  if (together.every((other) => other.method === method || company.includes(other.method))) return [];
  const titles = company.map((id) => titleIn(own, id)).join(', ');
  return [error(path, `${titleIn(own, method)} cannot be combined with other methods than ${titles}.`)];
}

function checkMethod(
  file: ExperimentFile,
  factsOf: FactsOf | undefined,
  entry: MethodEntry,
  network: NetworkSpec,
  path: (string | number)[],
  own: OwnFiles,
  together: readonly MethodEntry[] = [entry],
): Finding[] {
  const found: Finding[] = [];
  if (isProgramEntry(entry)) found.push(...checkProgram(file, entry, path));
  const fit = cardIn(own, entry.method)?.scenarios[file.stream.scenario];
  if (fit?.fit === 'undefined') found.push(error([...path, 'method'], fit.reason));
  found.push(...checkBoundaries(file, entry, path));
  if (entry.training?.epochs !== undefined && entry.training.iterations !== undefined) {
    found.push(error([...path, 'training', 'iterations'], 'Give either epochs or iterations, not both.'));
  }
  found.push(...checkAugment(file, factsOf, entry.training, [...path, 'training']));
  const overrides = entry.network ? checkNetwork(file, factsOf, network, [...path, 'network'], own, entry.network) : [];
  return [...found, ...overrides, ...checkByCard(file, factsOf, entry, network, path, own, together)];
}

/**
 * A program is given its tasks as data, made before it starts, by what Lethe itself knows of streams. One that implements
 * another variant's method is told all that this one is trained with.
 */
function checkProgram({ stream }: ExperimentFile, entry: MethodEntry, path: (string | number)[]): Finding[] {
  const own = (['network', 'training'] as const).filter((part) => entry[part] && entry['implements'] !== undefined);
  return [
    ...(isOwnStream(stream)
      ? [error([...path, 'program'], "A program needs one of Lethe's own streams: it cannot be given one of your own.")]
      : []),
    ...own.map((part) =>
      error([...path, part], `A program that implements a variant has the ${part} of that: leave it out here.`),
    ),
  ];
}

/**
 * A method that acts where one task ends and the next begins finds no such place in a blurry stream. Those of the user's own
 * are asked when a run starts.
 */
function checkBoundaries({ stream }: ExperimentFile, entry: MethodEntry, path: (string | number)[]): Finding[] {
  if (!stream.blurry) return [];
  const needs = cardIn(noOwnFiles, entry.method)?.needsBoundary?.(entry as never) ?? [];
  return needs.map((need) => error([...path, need.setting ?? 'method'], boundaryText(need)));
}

/** How many tasks a stream of the user's own has must be known before it is met. */
function checkTaskCount(kind: string, own: OwnFiles): Finding[] {
  const file = own.get(kind);
  return file?.kind === 'stream' && 'fault' in file.tasks ? [error(['stream', 'kind'], file.tasks.fault)] : [];
}

/** What the method's own rules find. Those of the user's own methods are asked when a run starts. */
function checkByCard(
  file: ExperimentFile,
  factsOf: FactsOf | undefined,
  entry: MethodEntry,
  network: NetworkSpec,
  path: (string | number)[],
  own: OwnFiles,
  together: readonly MethodEntry[],
): Finding[] {
  const { stream } = file;
  const beside = together.filter((other) => other !== entry).map(({ method }) => method);
  const comesAgain = factsOf !== undefined && classesComeAgain(stream, factsOf);
  const training = trainingOf(file, together, own);
  const size = factsOf && !isOwnNetwork(network) ? sizeOf(network, stream, factsOf) : undefined;
  const data = factsOf && !isOwnStream(stream) ? examplesOfTasks(stream, factsOf, training.samplesPerTask) : undefined;
  const { scenario, inputs } = stream;
  const of = { tasks: tasksOf(stream), network, training, size, data, inputs, comesAgain };
  const place = { scenario, ...of, beside, together: together.map((one) => ({ method: one.method, settings: one })) };
  const found = cardIn(noOwnFiles, entry.method)?.check?.(entry as never, place) ?? [];
  return found.map(({ severity, message, setting = 'method' }) => ({ severity, message, path: [...path, setting] }));
}

/** Parameters and outputs of a network that the stream is for. */
function sizeOf(network: BuiltInNetworkSpec, stream: StreamSpec, factsOf: FactsOf) {
  const outputs = outputsOf(stream, factsOf);
  return { parameters: parameterCount(network, imageShapeOf(stream, factsOf), outputs), outputs };
}
