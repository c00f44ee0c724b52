import type * as z from 'zod';

/** One number that an analysis measures. */
export interface Quantity {
  /** In results. */
  readonly name: string;
  readonly title: string;
}

/** What is known of an analysis without running it: something that is measured on the kept parameters of a finished run. */
export interface AnalysisCard<Settings extends z.ZodObject = z.ZodObject> {
  readonly id: string;
  readonly title: string;
  /** Raised by one whenever the same settings give other numbers than before: older results are measured again then. */
  readonly revision: number;
  readonly summary: string;
  /** All have a default. */
  readonly settings: Settings;
  /** Besides these one may measure a number for each layer, under its name: `layer 1`, `layer 2`, … and `outputs`. */
  readonly quantities: readonly Quantity[];
}
