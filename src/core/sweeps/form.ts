import * as z from 'zod';

/** Values of one sweep. */
export const MOST_SWEPT = 1000;

const number = z.number();

const range = z
  .strictObject({
    from: number.describe('The first value.'),
    to: number.describe('The last value.'),
    steps: z.int().min(2).max(MOST_SWEPT).describe('How many values, the first and the last among them.'),
    scale: z
      .enum(['linear', 'log'])
      .default('linear')
      .describe('linear: equal differences. log: equal ratios; both ends must be above 0.'),
  })
  .superRefine(({ from, to, scale }, context) => {
    const isLog = scale === 'log';
    if (isLog && from <= 0) context.addIssue({ code: 'custom', path: ['from'], message: aboveZero(from) });
    if (isLog && to <= 0) context.addIssue({ code: 'custom', path: ['to'], message: aboveZero(to) });
    if (from === to)
      context.addIssue({ code: 'custom', path: ['to'], message: 'A sweep ends at another value than it begins.' });
  });

const aboveZero = (value: number) => `On a log scale this must be greater than 0; it is ${value}.`;

const list = z
  .array(number)
  .min(1)
  .max(MOST_SWEPT)
  .superRefine((values, context) => {
    const seen = new Set<number>();
    values.forEach((value, i) => {
      if (seen.has(value)) context.addIssue({ code: 'custom', path: [i], message: `${value} is given twice.` });
      seen.add(value);
    });
  });

export const rangeKeys = Object.keys(range.shape);

/** What may stand in the place of a number: each of its values makes a variant. */
export const sweepSchema = z.strictObject({
  sweep: z
    .union([list, range])
    .describe('Values to compare in the place of one number: a list of them, or { "from", "to", "steps", "scale" }.'),
});
export type SweepForm = z.output<typeof sweepSchema>['sweep'];

/** Whether something stands where a number is meant to be swept, well formed or not. */
export const isSweep = (value: unknown): value is { readonly sweep: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, 'sweep');

/** How many values a sweep has, at most. */
export const countOf = (form: SweepForm): number => ('from' in form ? form.steps : form.length);

/**
 * The values of a sweep, each once, in its order. Those between two ends have six significant digits, so that they can be
 * written out by hand: the same number is the same run.
 */
export function valuesOf(form: SweepForm): readonly number[] {
  if (!('from' in form)) return form;
  const { from, to, steps, scale } = form;
  const between = Array.from({ length: steps - 2 }, (_, i) => {
    const share = (i + 1) / (steps - 1);
    const value = scale === 'log' ? from * (to / from) ** share : from + (to - from) * share;
    return Number(value.toPrecision(6));
  });
  return [...new Set([from, ...between, to])];
}

/** Parts of the file whose numbers can be swept. */
export const sweptParts: readonly string[] = ['network', 'training', 'methods'];
