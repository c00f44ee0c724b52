import * as z from 'zod';
import { layerSizes } from '../parameterCount';
import { isOwnNetwork, type NetworkSpec } from '../recipe';
import type { CardFinding, Ground, Growth, MethodCard, ScenarioFit } from './card';

export const branchingSettings = z.strictObject({
  trunkTasks: z
    .int()
    .min(0)
    .default(1)
    .describe(
      'Tasks that the trunk learns, each with all examples of those before it; then it is frozen. 0: it is as the weights of the network have it.',
    ),
  branching: z
    .union([z.enum(['chosen', 'random']), z.array(z.int().min(0))])
    .default('chosen')
    .describe(
      'Where branches leave: "chosen" by relatedness; "random" for a tree of as many parameters in which chance has dealt out stages and parents; or by hand, of each task after the trunk how many layers it shares.',
    ),
  parents: z
    .array(z.int().min(0))
    .optional()
    .describe(
      'By hand, of each task after the trunk the earlier task whose path it leaves, counted from 1; 0: the trunk. Default: the trunk for all.',
    ),
  relatedness: z
    .enum(['cka', 'probe'])
    .optional()
    .describe(
      'What "chosen" goes by. "cka": how alike two tasks are in what the layers of the trunk see of them. "probe": how well a linear classifier of the new task does on what the layers of an earlier task pass on, beside one of the inputs. Default: "cka".',
    ),
  threshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.6)
    .describe('Relatedness from which on the first layer is shared; that of deeper ones rises evenly towards 1.'),
  draw: z.int().min(1).default(1).describe('Which random tree: each number is another one.'),
  samples: z
    .int()
    .min(4)
    .max(10_000)
    .default(256)
    .describe(
      'Training examples of a task of which is measured what layers see. A probe is trained on so many and tested on as many others.',
    ),
  directions: z
    .int()
    .min(1)
    .max(256)
    .default(16)
    .describe('Principal components that are kept of what each layer sees of a task.'),
});
export type BranchingSettings = z.output<typeof branchingSettings>;

const toldTheTask: ScenarioFit = {
  fit: 'task-aware only',
  reason: 'Branching must be told the task to choose its branch, so only its task-aware accuracy is defined.',
};

export const branching: MethodCard<typeof branchingSettings> = {
  id: 'branching',
  title: 'Branching',
  revision: 1,
  summary:
    'Freezes a trunk after the first tasks; each later task shares layers with what it resembles and adds the rest.',
  formula: 'CKA = tr(C D) / √( tr(C²) tr(D²) )',
  expect:
    'Zero forgetting when the task is known, with fewer parameters than separate networks: related tasks share layers, unrelated ones get layers of their own.',
  settings: branchingSettings,
  scenarios: { task: { fit: 'defined' }, domain: toldTheTask, class: toldTheTask },
  needsBoundary: () => [{ reason: 'Each branch is for one task' }],
  combines: false,
  growth: (settings: BranchingSettings, ground) => treeOf(settings, ground),
  check(settings: BranchingSettings, { network, tasks }) {
    const hidden = hiddenLayersOf(network);
    if (hidden === undefined)
      return [
        {
          severity: 'error',
          message: 'Branches are of dense and convolutional layers in a row: "kind": "mlp" or "cnn".',
        },
      ];
    const ahead =
      settings.branching === 'random' && settings.relatedness === 'probe'
        ? [
            errorAt(
              'relatedness',
              'A random tree is drawn before there are branches that a probe could look at: "cka".',
            ),
          ]
        : [];
    return [...trunkFindings(settings, network, tasks), ...treeFindings(settings, hidden, tasks), ...ahead];
  },
};

function hiddenLayersOf(network: NetworkSpec): number | undefined {
  if (isOwnNetwork(network) || network.kind === 'resnet18') return undefined;
  return network.hidden.length + (network.kind === 'cnn' ? network.conv.length : 0);
}

const errorAt = (setting: keyof BranchingSettings, message: string): CardFinding => ({
  severity: 'error',
  message,
  setting,
});

function trunkFindings({ trunkTasks }: BranchingSettings, network: NetworkSpec, tasks: number): CardFinding[] {
  if (trunkTasks > tasks) return [errorAt('trunkTasks', `The trunk learns ${tasks} at most: the stream has no more.`)];
  return trunkTasks === 0 && network.weights === undefined
    ? [errorAt('trunkTasks', 'A trunk that learns no task has to come from a file: give the network "weights".')]
    : [];
}

/** What is wrong with a tree that is given by hand. @param hidden layers of the network besides its head */
function treeFindings(
  { trunkTasks, branching: how, parents }: BranchingSettings,
  hidden: number,
  tasks: number,
): CardFinding[] {
  if (!Array.isArray(how))
    return parents === undefined ? [] : [errorAt('parents', 'Parents go with a list of stages in "branching".')];
  const branches = Math.max(0, tasks - trunkTasks);
  const found: CardFinding[] = [];
  for (const [setting, list] of [['branching', how] as const, ['parents', parents] as const])
    if (list && list.length !== branches)
      found.push(errorAt(setting, `A number for each of the ${branches} tasks after the trunk is needed.`));
  if (how.some((stage) => stage > hidden))
    found.push(errorAt('branching', `A branch shares 0 to ${hidden} layers of this network.`));
  const late = parents?.findIndex((parent, i) => parent > trunkTasks + i) ?? -1;
  if (late >= 0)
    found.push(errorAt('parents', `Task ${trunkTasks + late + 1} can only leave the path of a task before it.`));
  return found;
}

/** The trunk and what is each task's own, put away beside the path that is trained; where branches leave is known by hand alone. */
function treeOf({ trunkTasks, branching: how }: BranchingSettings, ground: Ground): Growth | undefined {
  const { network, image, outputs, heads } = ground;
  if (network.kind === 'resnet18') return undefined;
  const bias = network.bias ? 1 : 0;
  const layers = layerSizes(network, image, outputs).map(
    ({ places, inputs, units }) => units * (places * inputs + bias),
  );
  const hidden = layers.slice(0, -1);
  const from = (stage: number) => hidden.slice(stage).reduce((sum, count) => sum + count, 0);
  const ofHead = (units: number) => ((layers.at(-1) ?? 0) / outputs) * units;
  const own = heads.map((units, task) => {
    const stage = task < trunkTasks ? hidden.length : Array.isArray(how) ? (how[task - trunkTasks] ?? 0) : 0;
    return from(stage) + ofHead(units);
  });
  return {
    parameters: from(0) + (layers.at(-1) ?? 0),
    beside: Float32Array.BYTES_PER_ELEMENT * own.reduce((sum, count) => sum + count, from(0)),
    ...(!Array.isArray(how) && { atMost: true }),
  };
}
