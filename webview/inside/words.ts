import { list, t } from '../strings';

/** Parts of a sentence that one listens to. */
const MOST_SAID = 8;

/** "EWC, after task 2: layer1.weights 0.25, layer2.weights 0.1 and 6 more" */
export function saidOf(label: string, task: number, parts: readonly string[]): string {
  const rest = parts.length - MOST_SAID;
  const said = rest > 1 ? [...parts.slice(0, MOST_SAID), t('insideMore', { n: rest })] : parts;
  return t('insideSaid', { label, n: task + 1, what: list(said) });
}

export const taskHead = (task: number): string => t('insideAfterShort', { n: task + 1 });
