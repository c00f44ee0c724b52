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
import type { Method } from '../contract/method';

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
  /** Rules beyond what the schema of its settings says. Asked when a run starts. */
  readonly check?: (settings: z.output<Settings>, place: Place) => readonly CardFinding[];
  /** What it does where tasks end and begin: with these settings no stream is for it that is "blurry". Asked when a run starts. */
  readonly needsBoundary?: (settings: z.output<Settings>) => readonly BoundaryNeed[];
  /** Makes the method of one run. */
  readonly create: (settings: z.output<Settings>) => OwnMethod;
}

/** What a file of your own exports as its default. */
export const defineMethod = <Settings extends z.ZodObject = z.ZodObject>(
  definition: MethodDefinition<Settings>,
): MethodDefinition<Settings> => definition;
