import * as z from 'zod';
import type { MeasureName } from './measures/table';
import type { PublishedValue, Spread } from './protocols/protocol';

/** Those measures that are shares: their tolerance is in points. */
export const judgedMeasures = [
  'accuracy',
  'forgetting',
  'backwardTransfer',
  'forwardTransfer',
  'learningAccuracy',
  'incrementalAccuracy',
  'intransigence',
  'gapClosed',
  'taskAwareAccuracy',
  'taskAwareForgetting',
  'onlineAccuracy',
  'rocAuc',
  'worstForgetting',
  'relativeForgetting',
  'forgettingWithLast',
  'backwardTransferAll',
  'positiveBackwardTransfer',
  'remembering',
  'omegaAll',
  'omegaBase',
  'omegaNew',
  'plasticityLost',
  'anytimeAccuracy',
  'learningCurveArea',
  'minimumAccuracy',
  'worstCaseAccuracy',
  'windowedForgetting',
  'windowedPlasticity',
  'stabilityGap',
  'taskInference',
  'classWithinTask',
  'recencyBias',
  'negativeFlips',
  'positiveFlips',
] as const satisfies readonly MeasureName[];

const spread = z.number().positive().max(1).optional();

/** A value that a file expects of one of its variants. */
export const expectationSchema = z.strictObject({
  method: z.string().min(1).max(120).describe('The variant: its key, as "lethe check" lists it, or its label.'),
  measure: z.enum(judgedMeasures).default('accuracy').describe('Which measure.'),
  value: z.number().min(-1).max(1).describe('What is expected, as a fraction: 0.913 for 91.3 %.'),
  sd: spread.describe('Standard deviation over runs. Give this, sem or ci95, or none of them.'),
  sem: spread.describe('Standard error of the mean.'),
  ci95: spread.describe('Half width of the 95 % interval of the mean.'),
  seeds: z.int().min(1).max(100_000).optional().describe('How many runs the value is the mean of.'),
  source: z.string().min(1).max(200).optional().describe('Where it comes from, for tables.'),
});
export type Expectation = z.output<typeof expectationSchema>;

export const spreadKeys = { sd: 'SD', sem: 'SEM', ci95: 'CI95' } as const;

/** An expectation as what it is judged by. */
export function expectedValue({ measure, value, seeds, source, ...given }: Expectation): PublishedValue {
  const spreads = Object.entries(spreadKeys).flatMap(([key, of]): Spread[] => {
    const size = given[key as keyof typeof spreadKeys];
    return size === undefined ? [] : [{ of, value: size }];
  });
  return {
    measure,
    value,
    ...(spreads[0] && { spread: spreads[0] }),
    ...(seeds !== undefined && { seeds }),
    source: source ?? 'the experiment file',
    sure: 'read',
  };
}

/** Whether an expectation is of this variant. */
export const isOf = (
  { method }: Pick<Expectation, 'method'>,
  { key, label }: { readonly key: string; readonly label: string },
): boolean => method === key || method === label;
