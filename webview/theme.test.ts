import { expect, it } from 'vitest';
import { dashOf, TASK_STYLES } from './theme';

it('the lines of 36 tasks differ in colour or dash', () => {
  const styles = Array.from({ length: 36 }, (_, task) => `${task % TASK_STYLES} ${dashOf(task).join()}`);
  expect(new Set(styles).size).toBe(36);
});
