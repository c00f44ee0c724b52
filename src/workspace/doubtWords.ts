import type { Doubt } from '../core/doubts';
import { t } from './text';

/** What makes a run's results doubtful, as a sentence about the run. */
export function doubtWords(doubt: Doubt): string {
  switch (doubt.kind) {
    case 'never started':
      return t('It ended as done without having started.');
    case 'missing results':
      return t('It ended as done with results after {0} of {1} tasks.', doubt.rows, doubt.tasks);
    case 'stray results':
      return t('It has results of a task twice, or of a task that there is not.');
    case 'short results':
      return t('It has results without one accuracy for each task: {0}.', doubt.rows);
    case 'unreadable lines':
      return doubt.first === undefined
        ? t('Lines of its log that could not be read: {0}.', doubt.lines)
        : t('Lines of its log that could not be read: {0}, the first because {1}.', doubt.lines, doubt.first);
    case 'unknown events':
      return t('Its log has events of unknown kinds: {0}.', doubt.types.join(', '));
    case 'unknown fields':
      return t('Its log has unknown fields, which are ignored: {0}.', doubt.fields.join(', '));
  }
}
