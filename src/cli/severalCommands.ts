import { landscapeResultSchema, type LandscapePoint, type LandscapeResult } from '../core/analyses/landscape';
import { pathResultSchema, type PathResult } from '../core/analyses/path';
import { severalMessageSchema, type Checkpoint, type SeveralId } from '../core/analyses/several';
import { formatPercent } from '../core/format';
import { angleNumbers } from '../core/landscape/angles';
import { distancesOf, neighbourhoodsOf, SAID_SHARES, slopesOf, valueAt } from '../core/landscape/around';
import { angleText } from '../core/rotation';
import type { Run } from '../core/run';
import { oneLine } from '../core/visibleText';
import type { AnalyseOptions } from './analyseCommand';
import { analysable, analysing } from './analysisProcess';
import { columns } from './columns';
import { namedCheckpoint } from './namedCheckpoint';
import { storeHere } from './storeCommands';
import { surfacePicture } from './surfacePicture';
import type { Terminal } from './terminal';
import { nameOf } from './words';

/** A run that is named on the command line, and the task after which its parameters are meant (from 0). */
interface Named {
  readonly run: Run;
  readonly task?: number;
}

/** An analysis of parameters of several runs, as the command line has it. */
interface Several {
  readonly analysis: SeveralId;
  /** Before the names. */
  readonly title: string;
  /** What is printed of its result. */
  readonly table: (result: unknown, named: readonly Named[]) => string;
  /** What is shown on the way of what there is so far. */
  readonly drawn?: (result: unknown) => readonly string[];
}

type Command = (names: readonly string[], options: AnalyseOptions, terminal: Terminal, dist: string) => Promise<number>;

/** `lethe path`: the loss of tasks on the line, and on a curve, between two checkpoints. */
export const pathCommand: Command = (...asked) =>
  severalCommand(
    {
      analysis: 'path',
      title: 'Path between',
      table: (result, named) => pathTable(pathResultSchema.parse(result), named),
    },
    ...asked,
  );

/** `lethe landscape`: loss and accuracy of two tasks on a plane through parameters of runs. */
export const landscapeCommand: Command = (...asked) =>
  severalCommand(
    {
      analysis: 'landscape',
      title: 'Loss landscape of',
      table: (result, named) => landscapeTable(landscapeResultSchema.parse(result), named),
      drawn: (result) => picturesOf(landscapeResultSchema.parse(result), []),
    },
    ...asked,
  );

/** In a process of its own. */
async function severalCommand(
  { analysis, title, table, drawn }: Several,
  ...[names, options, terminal, dist]: Parameters<Command>
): Promise<number> {
  const store = storeHere(options.out, dist, terminal);
  const runs = await store.list();
  const named = names.map((text): Named => {
    const { name, ...after } = namedCheckpoint(text);
    return { run: analysable(name, runs), ...after };
  });
  const folders = named.map(({ run, task }) => ({
    folder: store.folderOf(run.manifest.id),
    ...(task !== undefined && { task }),
  }));
  const args = ['--settings', options.settings ?? '{}'];
  if (options.backend) args.push('--backend', options.backend);
  if (options.fresh) args.push('--fresh');
  return analysing(store, terminal, dist, async (follow) => {
    terminal.note(`${title} ${named.map(inWords).join(' and ')} …`);
    const last = await follow(
      ['--analyse-several', analysis, JSON.stringify(folders), ...args],
      severalMessageSchema,
      drawn && (({ result }) => drawn(result)),
    );
    if (last.type === 'stopped') return 'stopped';
    if (last.type === 'failed') {
      terminal.note(last.message);
      return 'failed';
    }
    if (options.json) terminal.out(JSON.stringify(last.result));
    else terminal.outLines(table(last.result, named));
    terminal.note(`${last.isKnown ? 'Known from before' : 'Kept'}: ${last.file}`);
    return 'done';
  });
}

const inWords = ({ run, task }: Named): string =>
  task === undefined ? nameOf(run) : `${nameOf(run)}, after task ${task + 1}`;

const digits = (value: number | null | undefined): string => value?.toPrecision(4) ?? '–';

const ways = { line: 'Line', bezier: 'Bézier curve', polygon: 'Polygonal chain' } as const;

/** Whose parameters, after which task. */
function checkpointWords({ run, task }: Pick<Checkpoint, 'run' | 'task'>, named: readonly Named[]): string {
  const known = named.find((one) => one.run.manifest.id === run);
  return `${known ? nameOf(known.run) : oneLine(run)}, after task ${task + 1}`;
}

/** Both ends, and a line for each way and task. */
function pathTable({ ends, distance, profiles }: PathResult, named: readonly Named[]): string {
  const head = ['Way', 'Of task', 'Loss at start', 'At end', 'Highest', 'Barrier', 'At share', 'Lowest accuracy'];
  const lines = profiles.map(({ way, of, loss, accuracy, barrier, at }) => {
    const known = loss.filter((one) => one !== null);
    return [
      ways[way],
      String(of + 1),
      ...[loss[0], loss.at(-1), known.length === 0 ? null : Math.max(...known), barrier, at].map(digits),
      digits(Math.min(...accuracy)),
    ];
  });
  const [from, to] = ends.map((end) => checkpointWords(end, named));
  return [`From ${from} to ${to}: ${digits(distance)} apart.`, columns([head, ...lines], 'right').join('\n')].join(
    '\n',
  );
}

const planeWords = {
  checkpoints: 'through three checkpoints',
  gradients: 'along the gradients of both tasks',
  trajectory: 'in which the checkpoints differ most',
  random: 'along two random directions',
} as const;

/** What plane it is, how both tasks look on it, and a line for each checkpoint: where it lies, and what it comes to on both tasks. */
function landscapeTable(result: LandscapeResult, named: readonly Named[]): string {
  const { plane, x, y, points, surfaces } = result;
  const tasks = surfaces.map(({ of }) => of);
  const head = [
    ...['Checkpoint', 'x', 'y', 'Off the plane'],
    ...tasks.flatMap((task) => [`Loss ${task + 1}`, `Accuracy ${task + 1}`, `Slope ${task + 1}`, `In the plane`]),
    ...['Apart', ...tasks.map((task) => `Next step to ${task + 1}`), 'Steps without', 'Steps'],
  ];
  const lines = points.map((point) => [
    checkpointWords(point, named),
    ...[point.x, point.y, point.distance].map(digits),
    ...tasks.flatMap((task) => {
      const measured = point.measured.find(({ of }) => of === task);
      const arrow = point.arrows.find(({ of }) => of === task);
      return [
        digits(measured?.loss),
        measured ? formatPercent(measured.accuracy) : '–',
        digits(arrow?.norm),
        arrow ? formatPercent(arrow.share) : '–',
      ];
    }),
    ...angleWords(point, named),
  ]);
  const from = (values: readonly number[]) => `${digits(values[0])} to ${digits(values.at(-1))}`;
  const variance = plane.variance?.map((share) => formatPercent(share)).join(' and ');
  return [
    `The plane ${planeWords[plane.kind]}${variance === undefined ? '' : ` (${variance} of their variance)`}: x from ${from(x)}, y from ${from(y)}, ${x.length} × ${y.length} points.`,
    ...picturesOf(result, named),
    columns([head, ...lines], 'right').join('\n'),
    'Angles: between the ways down of both tasks; of the next step to each of them; of the steps of the next task to the way down of all tasks before, without and with the method.',
  ].join('\n');
}

/** The plane; of several each with its checkpoint, and how fast the loss rises round it. */
function picturesOf(result: LandscapeResult, named: readonly Named[]): string[] {
  const around = neighbourhoodsOf(result);
  if (around.length === 0) return surfacePicture(result);
  const reach = distancesOf(result).at(-1) ?? 0;
  const lines = slopesOf(result, 'loss').map(({ centre, of, values }) => [
    ...[checkpointWords(centre, named), String(of + 1)],
    ...SAID_SHARES.map((share) => digits(valueAt(values, share))),
  ]);
  const head = ['Minimum', 'Of task', ...SAID_SHARES.map((share) => `Loss at ${share * reach}`)];
  return [
    ...around.flatMap(({ centre, result: own }) => [`${checkpointWords(centre, named)}:`, ...surfacePicture(own)]),
    ...columns([head, ...lines], 'right'),
  ];
}

/** How directions lie to each other at a checkpoint, and what the next steps made of it. */
function angleWords(point: LandscapePoint, named: readonly Named[]): string[] {
  const { watched = [] } = named.find(({ run }) => run.manifest.id === point.run)?.run.state ?? {};
  const { ofTasks, nextToOld, nextToNew, plain, ofSteps } = angleNumbers(point, watched);
  return [ofTasks, nextToOld, nextToNew, plain, ofSteps].map((angle) => (angle === undefined ? '–' : angleText(angle)));
}
