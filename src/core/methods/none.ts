import * as z from 'zod';
import { everywhere, type MethodCard } from './card';

export const none: MethodCard = {
  id: 'none',
  title: 'None',
  revision: 1,
  summary: 'Fine-tunes on each task with no remedy: the lower bound.',
  formula: 'θ ← θ − step(∇ L_task(θ))',
  expect: 'In class-incremental learning it ends near 1/tasks: only the newest task is remembered.',
  bound: 'lower',
  settings: z.strictObject({}),
  scenarios: everywhere,
  combines: false,
};
