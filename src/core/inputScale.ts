import * as z from 'zod';

/** Channels that means and deviations are given of. */
const MOST_CHANNELS = 1024;

/** How the values of images become what a network gets: the same for all variants of an experiment. */
export const inputScaleSchema = z.union([
  z.enum(['0..1', 'standardised']),
  z.strictObject({
    mean: z.array(z.number()).min(1).max(MOST_CHANNELS).describe('Mean of each channel, of inputs 0..1.'),
    std: z.array(z.number().positive()).min(1).max(MOST_CHANNELS).describe('Standard deviation of each channel.'),
  }),
]);
export type InputScale = z.output<typeof inputScaleSchema>;

/** Left out, it is the first. */
export const inputScale = inputScaleSchema
  .optional()
  .describe(
    'What the network gets: "0..1" (bytes divided by 255, other numbers as they are; where this is left out), "standardised" (less the mean, divided by the standard deviation, of each channel over all training images of the data set), or { "mean": […], "std": […] } for each channel. Pixels that are padded are 0 before it.',
  );

/** Whether inputs are what images have, and no more than 0..1 where these are bytes. */
export const isPlain = (inputs: InputScale | undefined): boolean => inputs === undefined || inputs === '0..1';
