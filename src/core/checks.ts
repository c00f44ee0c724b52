import { cards, type MethodCard } from './methods/index';
import { augmentationOf, type Augmentation } from './augment';
import { networkOf, trainingOf, type ExperimentFile, type MethodEntry } from './experiment';
import { otherKind } from './explain';
import { kindWith } from './kinds';
import { checkLongStream } from './longStreamChecks';
import { networkKinds, RESNET_SIDE, tooSmallFor, type ImageShape, type NetworkSpec, type ResnetSpec } from './recipe';
import { recipeFaults } from './recipeChecks';
import type { Finding } from './problems';
import { shippedFacts } from './shippedFacts';
import { checkStream } from './streamChecks';
import type { StreamSpec } from './stream';
import { classesComeAgain, datasetsOf, imageShapeOf, tasksOf } from './streamTasks';

/** What the schema cannot say: faults between parts of a well-formed experiment file. */
export function checkExperiment(file: ExperimentFile): Finding[] {
  return [
    ...checkStream(file.stream),
    ...checkInputs(file),
    ...checkNetwork(file, file.network, ['network']),
    ...checkTraining(file),
    ...checkSeeds(file),
    ...checkRuns(file),
    ...checkLongStream(file),
    ...file.methods.flatMap((item, i) => checkEntry(file, item, i)),
  ];
}

const error = (path: (string | number)[], message: string): Finding => ({ severity: 'error', message, path });

/** The data sets of a stream have images of one shape. */
function firstDataset(stream: StreamSpec) {
  const [dataset = ''] = datasetsOf(stream);
  return shippedFacts(dataset);
}

function checkInputs({ stream }: ExperimentFile): Finding[] {
  if (typeof stream.inputs !== 'object') return [];
  const { title, shape } = firstDataset(stream);
  const [, , channels]: ImageShape = shape;
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

/** Of a crop that large nothing of the image may be left. */
function checkAugment(
  { stream }: ExperimentFile,
  training: { readonly augment?: Augmentation | undefined } | undefined,
  path: (string | number)[],
): Finding[] {
  const crop = augmentationOf(training ?? {})?.crop ?? 0;
  const [height, width] = imageShapeOf(stream);
  if (crop < Math.min(height, width)) return [];
  const { title } = firstDataset(stream);
  return [
    error(
      [...path, 'augment', 'crop'],
      `The images of ${title} are ${height} × ${width} pixels: a crop has to be smaller than a side.`,
    ),
  ];
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
    if (known) return [];
    const message = kind
      ? otherKind(setting, 'networks', kind)
      : `"${setting}" is no setting of networks of "kind": "${network.kind}".`;
    return [{ ...error([...path, setting], message), atKey: true }];
  });
  if (foreign.length > 0) return foreign;
  if (network.freshHead !== undefined && network.weights === undefined)
    return [error(at('freshHead'), 'A head is drawn anew where the other weights come from a file: give "weights".')];
  if (network.kind === 'resnet18') return checkResnet(stream, network, given, at);
  const found: Finding[] = [];
  const isEmpty = network.hidden.length === 0;
  if (network.kind === 'mlp' && isEmpty)
    found.push(error(at('hidden'), 'A network of "kind": "mlp" needs at least one hidden layer.'));
  if (network.kind === 'cnn' && isEmpty && network.dropout > 0)
    found.push(error(at('dropout'), 'Dropout is for hidden layers, and "hidden" is empty: convolutions drop nothing.'));
  const { title } = firstDataset(stream);
  const [height, width] = imageShapeOf(stream);
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

function checkResnet(
  stream: ExperimentFile['stream'],
  { norm, groups, filters }: ResnetSpec,
  given: object,
  at: (setting: string) => (string | number)[],
): Finding[] {
  const found: Finding[] = [];
  const [height, width] = imageShapeOf(stream);
  const side = Math.min(height, width);
  if (side < RESNET_SIDE)
    found.push(
      error(
        at('kind'),
        `A ResNet halves its images three times, so they need ${RESNET_SIDE} pixels a side; those of ${firstDataset(stream).title} have ${side}.`,
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

function checkTraining(file: ExperimentFile): Finding[] {
  const { training, network, stream } = file;
  const found = [
    ...recipeFaults(training, network, stream).map(({ setting, message }) => error(['training', ...setting], message)),
    ...checkAugment(file, training, ['training']),
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
  return [...checkOwnRecipe(file, Array.isArray(item) ? item : [item], index), ...checkMethods(file, item, index)];
}

/** The training that an entry comes to, where it is not the experiment's, which is looked at by itself. */
function checkOwnRecipe(file: ExperimentFile, entries: readonly MethodEntry[], index: number): Finding[] {
  const found = recipeFaults(trainingOf(file, entries), networkOf(file, entries), file.stream);
  const known = recipeFaults(file.training, file.network, file.stream).map(({ message }) => message);
  return found
    .filter(({ message }) => !known.includes(message))
    .map(({ setting, message }) => {
      const i = entries.findIndex(({ training }) => training && Object.hasOwn(training, setting[0]));
      const path = ['methods', index, ...(entries.length > 1 && i >= 0 ? [i] : [])];
      return error(i >= 0 ? [...path, 'training', ...setting] : path, message);
    });
}

function checkMethods(file: ExperimentFile, item: MethodEntry | MethodEntry[], index: number): Finding[] {
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
  found.push(...checkAugment(file, entry.training, [...path, 'training']));
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
  const place = { tasks: tasksOf(stream), network, inputs: stream.inputs, beside, comesAgain };
  const found = cards[entry.method].check?.(entry as never, place) ?? [];
  return found.map(({ severity, message, setting = 'method' }) => ({ severity, message, path: [...path, setting] }));
}
