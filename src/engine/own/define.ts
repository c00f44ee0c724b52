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
import type { Method } from '../contract/method';
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

/** Any definition that a file of the user's own can export. */
export type OwnDefinition = MethodDefinition | NetworkDefinition;

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
