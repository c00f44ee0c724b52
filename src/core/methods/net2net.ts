import * as z from 'zod';
import { hiddenWidths, parameterCount, withHiddenWidths } from '../parameterCount';
import { MOST_LAYERS, MOST_UNITS } from '../recipe';
import { everywhere, type CardFinding, type Ground, type Growth, type MethodCard } from './card';

export const net2netSettings = z.strictObject({
  widen: z
    .number()
    .min(0)
    .max(10)
    .default(0.5)
    .describe(
      'Units (of a convolution filters) that each hidden layer gets each time, as a share of those that it began with. 0: none gets wider.',
    ),
  deepen: z
    .int()
    .min(0)
    .max(MOST_LAYERS)
    .default(0)
    .describe('Fully connected layers that come after the last hidden one each time, as wide as that is then.'),
  after: z
    .array(z.int().min(1))
    .min(1)
    .optional()
    .describe('Tasks after which the network grows, counted from 1. Default: all but the last.'),
  asymmetry: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.1)
    .describe(
      'By how much the shares in which copies of a unit are heard may differ from equal ones. 0: equal shares, as in the paper, and copies that get the same gradient stay the same.',
    ),
});
export type Net2netSettings = z.output<typeof net2netSettings>;

/** Units of each hidden layer, convolutions first, and those that each began with. */
export interface Widths {
  readonly now: readonly number[];
  readonly first: readonly number[];
}

/** After the network has grown once: what was there is wider, and what is new comes last. */
export function grownWidths({ now, first }: Widths, { widen, deepen }: Net2netSettings): Widths {
  const wider = now.map((units, layer) =>
    widen === 0 ? units : units + Math.max(1, Math.round(widen * (first[layer] ?? units))),
  );
  const added = new Array<number>(deepen).fill(wider.at(-1) ?? 0);
  return { now: [...wider, ...added], first: [...first, ...added] };
}

/** Whether it grows before a task, counted from 0. */
export const growsBefore = (task: number, { after }: Pick<Net2netSettings, 'after'>): boolean =>
  task > 0 && (after === undefined || after.includes(task));

/** The widths with which a task is learned, counted from 0. */
export function widthsAt(task: number, began: readonly number[], settings: Net2netSettings): Widths {
  let widths: Widths = { now: began, first: began };
  for (let before = 1; before <= task; before++)
    if (growsBefore(before, settings)) widths = grownWidths(widths, settings);
  return widths;
}

export const net2net: MethodCard<typeof net2netSettings> = {
  id: 'net2net',
  title: 'Net2Net',
  revision: 1,
  summary:
    'Makes the network wider or deeper between tasks, so that it stays the same function, and trains all of it on.',
  formula: 'f(x; θ′) = f(x; θ)',
  expect:
    'A larger network that need not begin anew: it learns the next task from what it was. It holds nothing back, so old tasks are forgotten as in plain training.',
  paper: {
    authors: 'Chen, Goodfellow & Shlens',
    title: 'Net2Net: Accelerating Learning via Knowledge Transfer',
    venue: 'ICLR',
    year: 2016,
    link: 'https://arxiv.org/abs/1511.05641',
  },
  settings: net2netSettings,
  scenarios: everywhere,
  needsBoundary: () => [{ reason: 'Net2Net grows the network between two tasks' }],
  combines: false,
  growth: (settings: Net2netSettings, ground) => grownOf(settings, ground),
  check(settings: Net2netSettings, { network, tasks }) {
    const found: CardFinding[] = [];
    const error = (message: string, setting?: string) =>
      found.push({ severity: 'error', message, ...(setting && { setting }) });
    if (network.kind !== 'mlp' && network.kind !== 'cnn') {
      error('Net2Net grows networks of dense and convolutional layers in a row: "kind": "mlp" or "cnn".');
      return found;
    }
    const { widen, deepen, after = [] } = settings;
    if (widen === 0 && deepen === 0) error('With "widen": 0 and "deepen": 0 the network never grows.', 'widen');
    const late = after.find((task) => task >= tasks);
    if (late !== undefined)
      error(
        `The stream has ${tasks} tasks, and the network grows between two of them: at most after task ${tasks - 1}.`,
        'after',
      );
    if (deepen > 0 && network.hidden.length === 0)
      error('A layer comes after a fully connected one, and "hidden" is empty.', 'deepen');
    const { now } = widthsAt(tasks - 1, hiddenWidths(network), settings);
    const layers = now.length - (network.kind === 'cnn' ? network.conv.length : 0);
    if (layers > MOST_LAYERS)
      error(
        `The network comes to ${layers} fully connected hidden layers, and it can have ${MOST_LAYERS} at most.`,
        'deepen',
      );
    const widest = Math.max(...now);
    if (widest > MOST_UNITS)
      error(`A hidden layer comes to ${widest} units, and it can have ${MOST_UNITS} at most.`, 'widen');
    return found;
  },
};

function grownOf(settings: Net2netSettings, { network, image, outputs, heads }: Ground): Growth | undefined {
  if (network.kind === 'resnet18') return undefined;
  const { now } = widthsAt(heads.length - 1, hiddenWidths(network), settings);
  return { parameters: parameterCount(withHiddenWidths(network, now), image, outputs), beside: 0 };
}
