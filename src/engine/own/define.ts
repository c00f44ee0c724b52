import type * as z from 'zod';
import type {
  BoundaryNeed,
  CardFinding,
  Paper,
  Place,
  Scenario,
  ScenarioDefaults,
  ScenarioFit,
} from '../../core/methods/card';
import type { OwnKind } from '../../core/own/ownFiles';
import type { BuiltInNetworkSpec, ImageShape, NetworkOverride, TrainingOverride } from '../../core/recipe';
import type { Dataset } from '../contract/dataset';
import type { Method } from '../contract/method';
import type { Random } from '../random';
import type { NetworkParts } from './networkParts';

/** A method as its author gives it: Lethe knows its name from that of its file. */
export type OwnMethod = Omit<Method, 'id'>;

/** A method of your own: its card, and the function that makes it. */
export interface MethodDefinition<Settings extends z.ZodObject = z.ZodObject> {
  /** As tables and charts name it. */
  readonly title: string;
  /** One sentence on what the method does to old knowledge. */
  readonly summary: string;
  /** What one may expect from it, in one or two sentences. */
  readonly expect?: string;
  readonly paper?: Paper;
  /** Settings with defaults and descriptions; its keys are what an entry of `methods` may hold beside the common ones. */
  readonly settings?: Settings;
  /** Settings whose default is another in a scenario. */
  readonly defaults?: ScenarioDefaults<Settings>;
  /** Where the method stands in each scenario. Left out: it is defined in all of them. */
  readonly scenarios?: Readonly<Record<Scenario, ScenarioFit>>;
  /** May stand in a list with other methods. Left out: it may. */
  readonly combines?: boolean;
  /** Parts of network and training that its paper prescribes; those of an entry itself win over them. */
  readonly prescribes?: { readonly network?: NetworkOverride; readonly training?: TrainingOverride };
  /** Rules beyond what the schema of its settings says. Asked when a run starts. */
  readonly check?: (settings: z.output<Settings>, place: Place) => readonly CardFinding[];
  /** What it does where tasks end and begin: with these settings no stream is for it that is "blurry". Asked when a run starts. */
  readonly needsBoundary?: (settings: z.output<Settings>) => readonly BoundaryNeed[];
  /** Makes the method of one run. */
  readonly create: (settings: z.output<Settings>) => OwnMethod;
}

/** What a network is made for. */
export interface NetworkPlace {
  /** Height, width and channels of the images; lists of values are 1 × values × 1. */
  readonly inputs: ImageShape;
  /** Outputs that it has to have. */
  readonly outputs: number;
  /** What is made of its logits, as the experiment says it. */
  readonly output: BuiltInNetworkSpec['output'];
}

/** A network of your own: what it is, and the function that makes it. */
export interface NetworkDefinition<Settings extends z.ZodObject = z.ZodObject> {
  /** As tables and charts name it. */
  readonly title: string;
  /** One sentence on what it is. */
  readonly summary: string;
  readonly paper?: Paper;
  /** Settings with defaults and descriptions; its keys are what "network" may hold beside "kind", "output", "weights" and "freshHead". */
  readonly settings?: Settings;
  /** Makes the network of one run. An error that it throws is said with its line: of images that are too small, for example. */
  readonly create: (settings: z.output<Settings>, place: NetworkPlace) => NetworkParts;
}

/** What a stream is made of. */
export interface StreamPlace {
  /** The data set that the experiment names; the first, where it names several. */
  readonly dataset: Dataset;
  readonly datasets: readonly Dataset[];
  readonly scenario: Scenario;
  /** A named stream of random numbers of the run's seed: the same place gives the same numbers. */
  readonly random: (name: string, ...place: readonly (number | string)[]) => Random;
}

/** A task of a stream of your own. */
export interface OwnTask {
  /** Left out: the name that "tasks" has for it, or its number. */
  readonly name?: string;
  /** Where its examples are: one of those that the experiment names, or one that you made. Left out: the first. */
  readonly dataset?: Dataset;
  /** Labels of its data set, in the order of their output units. Left out: all. */
  readonly classes?: readonly number[];
  /** Indices of its training and test examples. Left out: all of its classes, in file order. */
  readonly train?: ArrayLike<number>;
  readonly test?: ArrayLike<number>;
  /** Which value of an image stands at each input, −1 for a 0, [inputs]: an order of its pixels, for example. Left out: as they lie. */
  readonly view?: ArrayLike<number>;
}

/** How many tasks there are, or what they are called. */
export type TaskNames = number | readonly string[];

/** A stream of your own: what it is, and the function that makes its tasks. */
export interface StreamDefinition<Settings extends z.ZodObject = z.ZodObject> {
  /** As messages name it. */
  readonly title: string;
  /** One sentence on what its tasks are. */
  readonly summary: string;
  readonly paper?: Paper;
  /** Settings with defaults and descriptions; its keys are what "stream" may hold beside "kind", "dataset", "scenario", "inputs" and "blurry". */
  readonly settings?: Settings;
  /** How many tasks it has, or their names: known before any data is. Left out: the setting called "tasks" says it. */
  readonly tasks?: TaskNames | ((settings: z.output<Settings>) => TaskNames);
  /** Makes the tasks of one run: the same ones for the same settings and seed. */
  readonly create: (settings: z.output<Settings>, place: StreamPlace) => readonly OwnTask[];
}

/** Any definition that a file of the user's own can export. */
export type OwnDefinition = MethodDefinition | NetworkDefinition | StreamDefinition;

/** Of definitions that are not methods. */
const kinds = new WeakMap<object, Exclude<OwnKind, 'method'>>();

/** What a definition defines. */
export const kindOf = (definition: object): OwnKind => kinds.get(definition) ?? 'method';

/** What a file of your own exports as its default, where it is a method. */
export const defineMethod = <Settings extends z.ZodObject = z.ZodObject>(
  definition: MethodDefinition<Settings>,
): MethodDefinition<Settings> => definition;

/** What a file of your own exports as its default, where it is a network. */
export function defineNetwork<Settings extends z.ZodObject = z.ZodObject>(
  definition: NetworkDefinition<Settings>,
): NetworkDefinition<Settings> {
  kinds.set(definition, 'network');
  return definition;
}

/** What a file of your own exports as its default, where it is a stream. */
export function defineStream<Settings extends z.ZodObject = z.ZodObject>(
  definition: StreamDefinition<Settings>,
): StreamDefinition<Settings> {
  kinds.set(definition, 'stream');
  return definition;
}
