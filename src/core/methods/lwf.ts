import * as z from 'zod';
import { everywhere, type CardFinding, type MethodCard, type Presets } from './card';

export const lwfOutputs = ['all', 'old', 'seen'] as const;
export const lwfWeightings = ['per-task', 'once', 'balanced'] as const;

export const lwfSettings = z.strictObject({
  preset: z
    .enum(['paper', 'van-de-ven-2019', 'buzzega'])
    .optional()
    .describe(
      'Settings of the literature, without one those of van de Ven 2022 in the scenario. paper: with a warm-up as long as the training, task-incremental. van-de-ven-2019: balanced, among the classes seen, with the factor T² and the mean over outputs of the first version of their code. buzzega: with a warm-up, the old outputs among themselves.',
    ),
  lambda: z
    .number()
    .min(0)
    .default(1)
    .describe(
      "Weight λ of the loss of the old outputs (λ_o in the paper, α in Buzzega's code). On MNIST 1 in all of them but van de Ven & Tolias 2019, where a factor T² = 4 stands in its place.",
    ),
  temperature: z
    .number()
    .min(1)
    .max(100)
    .default(2)
    .describe(
      'Temperature T: both softmaxes are of logits / T. There is no factor T²: where one is wanted, it is part of λ. 2 in the paper and in all code.',
    ),
  weighting: z
    .enum(lwfWeightings)
    .default('per-task')
    .describe(
      "What the old outputs' loss counts in the k-th task. per-task: k − 1 times (the sum over old tasks of the paper; van de Ven 2022, task- and domain-incremental). once: once (van de Ven 2022, class-incremental; Buzzega 2020). balanced: 1 − 1/k, beside 1/k of the new loss (van de Ven & Tolias 2019).",
    ),
  outputs: z
    .enum(lwfOutputs)
    .default('all')
    .describe(
      'Class-incremental: which outputs keep what the old network said. all: every output, those of later classes too (van de Ven 2022). old: those of old classes among themselves (Buzzega 2020). seen: targets as with old, among the classes of all tasks so far (van de Ven & Tolias 2019). Elsewhere they are the heads of the old tasks, or the shared outputs.',
    ),
  activeClasses: z
    .enum(['all', 'all-so-far'])
    .optional()
    .describe(
      "Class-incremental: whose outputs take part in the new task's own loss. all: also those of classes still to come (van de Ven 2022); so it is where nothing is said, unless training has it otherwise. all-so-far: those of the classes met (van de Ven & Tolias 2019, Buzzega 2020).",
    ),
  meanOverOutputs: z
    .boolean()
    .optional()
    .describe(
      'true: the loss of the old outputs is their mean, not their sum, so that it counts the less the more outputs its softmax has (van de Ven & Tolias 2019, in the first version of their code). false elsewhere, and where nothing is said.',
    ),
  warmUp: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe(
      'Steps that train the new head alone before all is trained, as a share of the steps of the task. 0: none (van de Ven). 1: as many (Buzzega 2020; the paper until it converges).',
    ),
});
export type LwfSettings = z.output<typeof lwfSettings>;

const presets: Presets<typeof lwfSettings> = {
  paper: { warmUp: 1 },
  // Their loss of the old outputs has a factor T².
  'van-de-ven-2019': {
    ...{ lambda: 4, weighting: 'balanced', meanOverOutputs: true },
    ...{ outputs: 'seen', activeClasses: 'all-so-far' },
  },
  buzzega: { weighting: 'once', outputs: 'old', activeClasses: 'all-so-far', warmUp: 1 },
};

export const lwf: MethodCard<typeof lwfSettings> = {
  id: 'lwf',
  title: 'LwF',
  revision: 1,
  summary: 'Learning without forgetting: the network goes on saying of new images what it said before the task.',
  formula: 'L = L_new + λ · w · L_old,   L_old = − Σᵢ y′ᵢ log ŷ′ᵢ',
  expect:
    'Strong in task-incremental learning on Split MNIST; in class-incremental learning a little above the lower bound (about 22 %). Poor where the images of tasks differ, as in permuted MNIST.',
  paper: {
    authors: 'Li & Hoiem',
    title: 'Learning without Forgetting',
    venue: 'ECCV',
    year: 2016,
    link: 'https://arxiv.org/abs/1606.09282',
  },
  settings: lwfSettings,
  presets,
  defaults: { class: { weighting: 'once' } },
  scenarios: everywhere,
  failsWithoutTask: true,
  needsBoundary: () => [{ reason: 'LwF keeps the network as it is when a task begins' }],
  combines: true,
  check({ warmUp, outputs, activeClasses, preset }: LwfSettings, { network, scenario, training }) {
    const found: CardFinding[] = [];
    if (network.output !== 'softmax')
      found.push({ severity: 'error', message: 'LwF needs a softmax output: its targets are those of a softmax.' });
    if (scenario === 'domain' && warmUp > 0)
      found.push({
        severity: 'error',
        message: 'A warm-up trains the head of the new task, and domain-incremental tasks have none of their own.',
        setting: 'warmUp',
      });
    // A preset brings its own, whatever the scenario.
    const unasked = presets[preset ?? '']?.outputs ?? 'all';
    if (scenario !== 'class' && outputs !== unasked)
      found.push({
        severity: 'warning',
        message: 'Only class-incremental streams leave open which outputs are kept; outputs has no effect here.',
        setting: 'outputs',
      });
    if (scenario === 'class' && training.activeClasses === 'all-so-far') {
      if (activeClasses === 'all')
        found.push({
          severity: 'warning',
          message: 'Training leaves out the outputs of classes still to come; activeClasses has no effect here.',
          setting: 'activeClasses',
        });
      if (outputs === 'all')
        found.push({
          severity: 'warning',
          message:
            'Training leaves out the outputs of classes still to come; outputs "all" holds them where they were all the same, "seen" and "old" do not.',
          setting: 'outputs',
        });
    }
    if (scenario !== 'class' && activeClasses !== presets[preset ?? '']?.activeClasses)
      found.push({
        severity: 'warning',
        message:
          'Only in class-incremental streams do outputs of other classes take part; activeClasses has no effect here.',
        setting: 'activeClasses',
      });
    return found;
  },
};
