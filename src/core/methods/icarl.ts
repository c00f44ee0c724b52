import * as z from 'zod';
import { tooLarge } from './buffers';
import type { CardFinding, MethodCard } from './card';
import { selections } from './selection';

export const icarlSettings = z.strictObject({
  budget: z
    .enum(['per-class', 'in-all'])
    .default('per-class')
    .describe(
      'per-class: so many exemplars of each class (van de Ven et al. 2022). in-all: K exemplars, shared by all classes so far; lists get shorter with each task (the paper).',
    ),
  perClass: z.int().min(1).default(100).describe('Exemplars of each class (budget "per-class").'),
  size: z.int().min(1).default(2000).describe('K, the exemplars of all classes together (budget "in-all").'),
  selection: z
    .enum(selections)
    .default('herding')
    .describe('How exemplars are chosen. herding: so that their mean is near that of their class (the paper).'),
  activeClasses: z
    .enum(['all', 'all-so-far'])
    .default('all')
    .describe(
      "Whose outputs take part in training. all: also those of classes still to come (authors' code), unless training has it otherwise. all-so-far: those of the classes met (van de Ven's code for iCaRL).",
    ),
  temperature: z
    .number()
    .positive()
    .default(1)
    .describe(
      "T: targets of old classes are the sigmoids of the old network's outputs divided by it. 1: none (the paper). 2: van de Ven's code.",
    ),
  mirrored: z
    .boolean()
    .default(false)
    .describe(
      "Class means are those of the exemplars and of their mirror images together, as in the authors' code for CIFAR.",
    ),
});
export type IcarlSettings = z.output<typeof icarlSettings>;

export const icarl: MethodCard<typeof icarlSettings> = {
  id: 'icarl',
  title: 'iCaRL',
  revision: 1,
  summary:
    'Trains on exemplars too, holds the outputs of old classes where they were, and classifies by the nearest mean of exemplars.',
  formula: 'p_k = argmin_x ‖μ − (φ(x) + φ(p_1) + … + φ(p_{k−1})) / k‖',
  expect:
    'One of the strongest class-incremental methods at little memory: 94.57 % on Split MNIST with 2000 exemplars (van de Ven & Tolias 2019).',
  paper: {
    authors: 'Rebuffi, Kolesnikov, Sperl & Lampert',
    title: 'iCaRL: Incremental Classifier and Representation Learning',
    venue: 'CVPR',
    year: 2017,
    link: 'https://arxiv.org/abs/1611.07725',
  },
  settings: icarlSettings,
  scenarios: {
    task: {
      fit: 'undefined',
      reason:
        'iCaRL learns one classifier for all classes: use the class-incremental scenario, where its task-aware accuracy is measured too.',
    },
    domain: {
      fit: 'undefined',
      reason:
        'iCaRL keeps exemplars of each class and takes new classes for new: it is defined in the class-incremental scenario alone.',
    },
    class: { fit: 'defined' },
  },
  prescribes: () => ({ network: { output: 'sigmoid' } }),
  needsBoundary: () => [{ reason: 'iCaRL chooses its exemplars when a task ends' }],
  combines: true,
  check({ budget, perClass, size }: IcarlSettings, place) {
    const { network, comesAgain, beside } = place;
    const found: CardFinding[] = [...tooLarge(budget === 'in-all' ? { size } : { perClass }, place)];
    if (network.output !== 'sigmoid')
      found.push({ severity: 'error', message: 'iCaRL needs sigmoid outputs: "output": "sigmoid".' });
    if (comesAgain)
      found.push({
        severity: 'error',
        message: 'iCaRL takes the classes of a task for new: here classes of one task come again.',
      });
    if (beside.includes('rehearsal'))
      found.push({
        severity: 'error',
        message: 'iCaRL and rehearsal both say what a task trains on: one of them does.',
      });
    const usual = icarlSettings.parse({});
    if (budget === 'in-all' && perClass !== usual.perClass)
      found.push({
        severity: 'warning',
        message: 'With "budget": "in-all" exemplars are counted by "size"; perClass has no effect.',
        setting: 'perClass',
      });
    if (budget === 'per-class' && size !== usual.size)
      found.push({
        severity: 'warning',
        message: 'With "budget": "per-class" exemplars are counted by "perClass"; size has no effect.',
        setting: 'size',
      });
    return found;
  },
};
