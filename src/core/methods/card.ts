import * as z from 'zod';
import type { InputScale } from '../inputScale';
import type {
  BuiltInNetworkSpec,
  ImageShape,
  NetworkOverride,
  NetworkSpec,
  TrainingOverride,
  TrainingSpec,
} from '../recipe';

/** What is known at test time (van de Ven & Tolias 2019): the task, only its domain, or nothing. */
export const scenarios = ['task', 'domain', 'class'] as const;
export type Scenario = (typeof scenarios)[number];

/**
 * Where a method stands in a scenario:
 * - `defined`: the method applies as its paper has it;
 * - `task-aware only`: it trains, but only the task-aware accuracy is defined, for the `reason` given;
 * - `undefined`: an experiment that asks for it is refused with the `reason`.
 */
export type ScenarioFit =
  { readonly fit: 'defined' } | { readonly fit: 'task-aware only' | 'undefined'; readonly reason: string };

export interface Paper {
  readonly authors: string;
  readonly title: string;
  readonly venue: string;
  readonly year: number;
  /** Where it can be read, or bought. */
  readonly link?: string;
}

/** Where an entry of `methods` stands in its experiment. */
export interface Place {
  readonly scenario: Scenario;
  /** How many the stream has. */
  readonly tasks: number;
  /** Whether classes of one task may be those of another: tasks share output units then. */
  readonly comesAgain: boolean;
  readonly network: NetworkSpec;
  readonly training: TrainingSpec;
  /** Parameters and output units of the network, these at most so many; undefined where the data is not known. */
  readonly size?: { readonly parameters: number; readonly outputs: number } | undefined;
  /**
   * Training examples of all tasks together and their classes, one of several tasks counted in each: about, for classes are
   * taken for equally large. Absent where the data set is not known.
   */
  readonly data?: { readonly examples: number; readonly classes: number } | undefined;
  /** How images become inputs; 0..1 where it is left out. */
  readonly inputs?: InputScale | undefined;
  /** The methods that it is combined with. */
  readonly beside: readonly string[];
  /** All methods of the combination, itself among them, in their order and with their settings. */
  readonly together?: readonly { readonly method: string; readonly settings: object }[] | undefined;
}

/** What a rule of a method finds: a fault of one of the settings, or of the method at this place. */
export interface CardFinding {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly setting?: string;
}

/** Why a method is refused, or told the task only, wherever it is. */
export const reasonsOf = ({ scenarios: fits }: Pick<MethodCard, 'scenarios'>): string[] =>
  Object.values(fits).flatMap((place) => ('reason' in place ? [place.reason] : []));

/** What of a method needs to know where one task ends and the next begins: a sentence that goes on, and where it is said. */
export interface BoundaryNeed {
  readonly reason: string;
  readonly setting?: string;
}

/** What is wrong with such a method in a blurry stream. */
export const boundaryText = ({ reason }: BoundaryNeed): string => `${reason}, and with "blurry" no task has an end.`;

/** Names of settings that have a default: of others `run.json` would not record that they were left out. */
type NamesWithDefault<Shape> = {
  [Name in keyof Shape]: Shape[Name] extends z.ZodDefault | z.ZodPrefault ? Name : never;
}[keyof Shape];

/** Of each scenario, the settings whose default is another there than the schema's. */
export type ScenarioDefaults<Settings extends z.ZodObject> = Readonly<
  Partial<
    Record<
      Scenario,
      Readonly<Partial<Pick<z.input<Settings>, keyof z.input<Settings> & NamesWithDefault<Settings['shape']>>>>
    >
  >
>;

/**
 * Named settings of the literature, under the names that the setting `preset` of such a method takes: the defaults of other
 * settings where a preset is asked for.
 */
export type Presets<Settings extends z.ZodObject> = Readonly<
  Record<string, Readonly<Partial<Omit<z.input<Settings>, 'preset'>>>>
>;

/** What a method trains a network for. */
export interface Ground {
  readonly network: BuiltInNetworkSpec;
  /** Shape of the images that the network gets to see. */
  readonly image: ImageShape;
  readonly outputs: number;
  /** Output units of each task. */
  readonly heads: readonly number[];
}

/** What becomes of the network of a method that adds to it. */
export interface Growth {
  /** Parameters of the network that is trained in the end. */
  readonly parameters: number;
  /** Bytes that lie beside it, such as networks of earlier tasks. */
  readonly beside: number;
  /** It is no more than that: how much shows in training. */
  readonly atMost?: true;
}

/** Parts of network and training that a paper prescribes. */
export interface Prescription {
  readonly network?: NetworkOverride;
  readonly training?: TrainingOverride;
}

/**
 * Everything the editor, the dashboard and the report need to know of a method without running it.
 *
 * A card that names the type of its settings has the defaults of its scenarios checked by type.
 */
export interface MethodCard<Settings extends z.ZodObject = z.ZodObject> {
  readonly id: string;
  readonly title: string;
  /**
   * Raised by one whenever the same settings give other numbers than before. Runs from before then count as runs of other
   * settings.
   */
  readonly revision: number;
  /** One sentence on what the method does to old knowledge. */
  readonly summary: string;
  /** What it comes to, in the symbols of its page: a line of plain text. */
  readonly formula?: string;
  /** What the literature leads one to expect from it, in one or two sentences. */
  readonly expect: string;
  /** `none` and `joint` bound every comparison from below and above. */
  readonly bound?: 'lower' | 'upper';
  readonly paper?: Paper;
  /** Settings with defaults and descriptions; keys are what an entry of `methods` may hold beside the common ones. */
  readonly settings: Settings;
  /**
   * Defaults that the literature has for one scenario, where they are others than those of `settings`. They stand in place
   * of what an entry leaves out; `run.json` records what came of it.
   */
  readonly defaults?: ScenarioDefaults<Settings>;
  /** What the names mean that its setting `preset` takes; they win over the defaults of a scenario. */
  readonly presets?: Presets<Settings>;
  readonly scenarios: Readonly<Record<Scenario, ScenarioFit>>;
  /** It is defined without being told the task at test time, but then stays near the lower bound. */
  readonly failsWithoutTask?: true;
  /**
   * Parts of network and training that the paper prescribes with these settings, where the experiment has such a network; an
   * entry's own overrides win over them.
   *
   * @param beside the methods that it is combined with
   */
  readonly prescribes?: (settings: never, network: NetworkSpec, beside: readonly string[]) => Prescription;
  /**
   * What it does where tasks end and begin: with these settings no stream is for it whose tasks run into each other. Absent
   * where it needs no boundaries.
   */
  readonly needsBoundary?: (settings: never) => readonly BoundaryNeed[];
  /** With several threads its numbers are others: it sums up so much at once that the sums are split otherwise. */
  readonly oneThread?: true;
  /** May stand in a list with other methods: with all that may, or with these alone. */
  readonly combines: boolean | readonly string[];
  /** How large it gets, as far as that can be told before a run; undefined where the network stays as it is. */
  readonly growth?: (settings: never, ground: Ground) => Growth | undefined;
  /** The method's own rules, beyond what the schema of its settings says. `settings`: what that schema gives. */
  readonly check?: (settings: never, place: Place) => readonly CardFinding[];
}

export const everywhere: Readonly<Record<Scenario, ScenarioFit>> = {
  task: { fit: 'defined' },
  domain: { fit: 'defined' },
  class: { fit: 'defined' },
};
