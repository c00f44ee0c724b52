import type { ImageShape } from '../src/core/recipe';

export interface NetworkCase {
  readonly name: string;
  readonly title: string;
  readonly images: string;
  readonly network: Readonly<Record<string, unknown>>;
  readonly shape: ImageShape;
  readonly batch: number;
  readonly method?: 'none' | 'sam';
}
export const networkCases: readonly NetworkCase[];
