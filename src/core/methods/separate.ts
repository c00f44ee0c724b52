import * as z from 'zod';
import { parameterCount } from '../parameterCount';
import type { MethodCard, ScenarioFit } from './card';

const toldTheTask: ScenarioFit = {
  fit: 'task-aware only',
  reason: 'Separate networks must be told the task to choose among them, so only their task-aware accuracy is defined.',
};

export const separate: MethodCard = {
  id: 'separate',
  title: 'Separate networks',
  revision: 1,
  summary: 'Trains a network of its own for each task: nothing is shared and nothing is forgotten.',
  expect:
    'The upper bound where the task is told and tasks do not help each other: 99.57 % on task-incremental Split MNIST in van de Ven et al. 2022, with five networks of 100 units a layer.',
  bound: 'upper',
  paper: {
    authors: 'van de Ven, Tuytelaars & Tolias',
    title: 'Three types of incremental learning',
    venue: 'Nature Machine Intelligence 4:1185',
    year: 2022,
    link: 'https://doi.org/10.1038/s42256-022-00568-3',
  },
  settings: z.strictObject({}),
  scenarios: { task: { fit: 'defined' }, domain: toldTheTask, class: toldTheTask },
  needsBoundary: () => [{ reason: 'Each of the separate networks is for one task' }],
  combines: false,
  growth(_settings, { network, image, outputs, heads }) {
    const parameters = parameterCount(network, image, outputs);
    return { parameters, beside: Float32Array.BYTES_PER_ELEMENT * parameters * (heads.length - 1) };
  },
};
