import * as z from 'zod';
import { parameterCount } from '../parameterCount';
import { MOST_UNITS } from '../recipe';
import type { CardFinding, MethodCard, Presets } from './card';

/** Units that each hidden layer gets at most, over all tasks but the first: new ones, and as many that are split. */
const mostNew = ({ units }: Pick<DenSettings, 'units'>, tasks: number): number => 2 * units * (tasks - 1);

export const denSettings = z.strictObject({
  preset: z
    .enum(['released'])
    .optional()
    .describe(
      "released: with all that the authors' released code does otherwise than the paper, as far as it can be meant; see its page.",
    ),
  lambda: z
    .number()
    .min(0)
    .default(0.5)
    .describe(
      'Strength λ of λ/2 · ‖W − W^(t−1)‖², which holds old weights where they were while they are retrained and after a split.',
    ),
  l1: z
    .number()
    .min(0)
    .max(1)
    .default(1e-5)
    .describe('μ: by how much every weight and bias that is trained shrinks towards 0 after each step.'),
  l2: z.number().min(0).default(1e-4).describe('Strength of half the squared norm of what is trained.'),
  groupLasso: z
    .number()
    .min(0)
    .max(10)
    .default(1e-3)
    .describe(
      'γ: by how much the norm of the new weights into each unit shrinks after each step of the expansion. New units without any are dropped.',
    ),
  lossThreshold: z
    .number()
    .min(0)
    .default(0.01)
    .describe('τ: the network expands when the loss on the task is at least this after retraining.'),
  driftThreshold: z
    .number()
    .min(0)
    .default(0.05)
    .describe('σ: a unit is split when its incoming weights have moved farther than this from those before the task.'),
  units: z
    .int()
    .min(0)
    .max(MOST_UNITS)
    .default(10)
    .describe('k: units that each hidden layer gets when the network expands, and that are split of it at most.'),
  selection: z
    .number()
    .min(0)
    .max(10)
    .default(0.1)
    .describe(
      "Steps in which the task's outputs are trained alone to find what they need, as a share of those of training.",
    ),
  selectAfterOneStep: z
    .boolean()
    .default(false)
    .describe("Whether selection comes after a single step, as in the authors' code: then nearly all is selected."),
  selectByFirstOutput: z
    .boolean()
    .default(false)
    .describe("Whether selection looks at the task's first output alone, as in the authors' code."),
  expandByOneBatch: z
    .boolean()
    .default(false)
    .describe(
      "Whether the loss that is compared with τ is that of one batch, as in the authors' code, and not of all the task's training examples.",
    ),
  splitLeastDrifted: z
    .boolean()
    .default(false)
    .describe(
      "Whether of the units that drifted too far those are split that drifted the least, as in the authors' code.",
    ),
  splitOnlyIfExpanded: z
    .boolean()
    .default(false)
    .describe("Whether units are split only in tasks that the network expanded in, as in the authors' code."),
});
export type DenSettings = z.output<typeof denSettings>;

const presets: Presets<typeof denSettings> = {
  released: {
    selectAfterOneStep: true,
    selectByFirstOutput: true,
    expandByOneBatch: true,
    splitLeastDrifted: true,
    splitOnlyIfExpanded: true,
  },
};

export const den: MethodCard<typeof denSettings> = {
  id: 'den',
  title: 'DEN',
  revision: 1,
  summary:
    'Dynamically expandable network: retrains what a task needs, adds units where that is not enough, splits those that drift, and tests each task with the units of its time.',
  formula: 'min L(W) + μ ‖W^new‖₁ + γ Σ_g ‖W^new_g‖₂',
  expect:
    'Little forgetting when the task is known, with a network that grows only as far as a task asks for. The authors print no number for the setting that their code has.',
  paper: {
    authors: 'Yoon, Yang, Lee & Hwang',
    title: 'Lifelong Learning with Dynamically Expandable Networks',
    venue: 'ICLR',
    year: 2018,
    link: 'https://arxiv.org/abs/1708.01547',
  },
  settings: denSettings,
  presets,
  scenarios: {
    task: { fit: 'defined' },
    domain: {
      fit: 'undefined',
      reason: 'DEN needs a head per task: use it in the task- or class-incremental scenario.',
    },
    class: {
      fit: 'task-aware only',
      reason: 'DEN must be told the task to choose its units, so only its task-aware accuracy is defined.',
    },
  },
  needsBoundary: () => [
    { reason: 'DEN grows for one task after the other, and stamps units with the task they came with' },
  ],
  oneThread: true,
  combines: false,
  growth(settings: DenSettings, { network, image, outputs, heads }) {
    if (network.kind !== 'mlp') return undefined;
    const more = mostNew(settings, heads.length);
    const widest = { ...network, hidden: network.hidden.map((units) => units + more) };
    return { parameters: parameterCount(widest, image, outputs), beside: 0, atMost: true };
  },
  check(settings: DenSettings, { network, tasks, comesAgain }) {
    const found: CardFinding[] = [];
    const error = (message: string, setting?: string) =>
      found.push({ severity: 'error', message, ...(setting && { setting }) });
    if (comesAgain) error('DEN needs a head per task: here classes of one task come again.');
    if (network.kind !== 'mlp') {
      error('DEN grows networks of dense layers: "kind": "mlp".');
      return found;
    }
    const most = Math.max(...network.hidden) + mostNew(settings, tasks);
    if (most > MOST_UNITS)
      error(
        `Over ${tasks} tasks a hidden layer can grow to ${most} units, and it can have ${MOST_UNITS} at most.`,
        'units',
      );
    return found;
  },
};
