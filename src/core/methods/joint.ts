import * as z from 'zod';
import { everywhere, type MethodCard } from './card';

export const joint: MethodCard = {
  id: 'joint',
  title: 'Joint',
  revision: 1,
  summary: 'Trains on the pooled data of all tasks for the same number of steps: the upper bound.',
  expect: 'Reaches what the network can do when nothing has to be remembered.',
  bound: 'upper',
  settings: z.strictObject({}),
  scenarios: everywhere,
  combines: false,
};
