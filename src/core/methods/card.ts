import * as z from 'zod';
import type { NetworkOverride, TrainingOverride } from '../recipe';

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
}

/** Everything the editor, the dashboard and the report need to know of a method without running it. */
export interface MethodCard {
  readonly id: string;
  readonly title: string;
  /**
   * Raised by one whenever the same settings give other numbers than before. Runs from before then count as runs of other
   * settings.
   */
  readonly revision: number;
  /** One sentence on what the method does to old knowledge. */
  readonly summary: string;
  /** What the literature leads one to expect from it, in one or two sentences. */
  readonly expect: string;
  /** `none` and `joint` bound every comparison from below and above. */
  readonly bound?: 'lower' | 'upper';
  readonly paper?: Paper;
  /** Settings with defaults and descriptions; keys are what an entry of `methods` may hold beside the common ones. */
  readonly settings: z.ZodObject;
  readonly scenarios: Readonly<Record<Scenario, ScenarioFit>>;
  /** Parts of network and training the paper prescribes; an entry's own overrides win over them. */
  readonly prescribes?: { readonly network?: NetworkOverride; readonly training?: TrainingOverride };
  /** May stand in a list with other methods. */
  readonly combines: boolean;
}

export const everywhere: Readonly<Record<Scenario, ScenarioFit>> = {
  task: { fit: 'defined' },
  domain: { fit: 'defined' },
  class: { fit: 'defined' },
};
