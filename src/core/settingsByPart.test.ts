import { expect, it } from 'vitest';
import { settingsByPart } from './settingsByPart';

it('settings stand by their parts, in their order', () => {
  const parts = settingsByPart(['network.hidden', 'training.schedule.gamma', 'network.bias', 'lr']);
  expect([...parts]).toEqual([
    ['network', ['hidden', 'bias']],
    ['training', ['schedule.gamma']],
    ['lr', ['']],
  ]);
});
