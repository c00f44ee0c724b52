import * as z from 'zod';

/** Of the border that a crop may reach into; most papers have 4. */
export const MOST_CROP = 64;

export const augmentSchema = z.strictObject({
  crop: z
    .int()
    .min(0)
    .max(MOST_CROP)
    .default(0)
    .describe(
      'Pixels of zeros put around an image, out of which one of its own size is cut at random: torchvision RandomCrop(size, padding).',
    ),
  flip: z.boolean().default(false).describe('Whether every other image, at random, is mirrored left to right.'),
});

/** What is done to training images, each time that one is met. */
export type Augmentation = z.output<typeof augmentSchema>;

/** Undefined where nothing is done to them. */
export const augmentationOf = ({
  augment,
}: {
  readonly augment?: Augmentation | undefined;
}): Augmentation | undefined => (augment && (augment.crop > 0 || augment.flip) ? augment : undefined);
