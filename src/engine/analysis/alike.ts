import { canonicalJson } from '../../core/canonicalJson';
import type { Architecture, Network } from '../contract/network';
import type { Stream } from '../contract/stream';
import type { FinishedRun } from './finishedRun';

/**
 * What keeps the parameters of two runs from lying in one space with one loss: which data or which layer differs, and what
 * each has; undefined where nothing does.
 */
export const differenceOf = (a: FinishedRun, b: FinishedRun): string | undefined =>
  differenceOfData(a, b) ?? differenceOfLoss(a, b);

function differenceOfData(a: FinishedRun, b: FinishedRun): string | undefined {
  const [first, second] = [a, b].map(
    ({ manifest }) => manifest.spec.stream as unknown as Readonly<Record<string, unknown>>,
  );
  const names = new Set([...Object.keys(first ?? {}), ...Object.keys(second ?? {})]);
  for (const name of names) {
    const [one, other] = [said(first?.[name]), said(second?.[name])];
    if (one !== other) return `their data differs: "${name}" of the stream is ${one} in one and ${other} in the other`;
  }
  const files = new Set([a, b].flatMap(({ stream }) => Object.keys(stream.dataset.checksums)));
  for (const file of files)
    if (a.stream.dataset.checksums[file] !== b.stream.dataset.checksums[file])
      return `their data differs: ${file} is not the same file in both`;
  if (tasksOf(a.stream) !== tasksOf(b.stream) || !sameViews(a.stream, b.stream))
    return `their data differs: the tasks are drawn with the seed, which is ${a.manifest.seed} in one and ${b.manifest.seed} in the other`;
  return undefined;
}

const said = (value: unknown): string => (value === undefined ? 'left out' : canonicalJson(value));

const tasksOf = ({ tasks, unitOf, heads }: Stream): string =>
  JSON.stringify([tasks.map(({ classes }) => classes), unitOf, heads]);

const sameViews = ({ views: a }: Stream, { views: b }: Stream): boolean =>
  a?.length === b?.length && (a ?? []).every((view, task) => view.every((from, i) => b?.[task]?.[i] === from));

function differenceOfLoss(a: FinishedRun, b: FinishedRun): string | undefined {
  const [masked, other] = [a, b].map(({ headOf }) => headOf(0) !== undefined);
  if (masked !== other) return 'one is told the task at test, and the other is not';
  const [smoothing, unlike] = [a, b].map(({ manifest }) => manifest.spec.training.labelSmoothing ?? 0);
  if (smoothing !== unlike)
    return `their losses differ: labelSmoothing is ${smoothing} in one and ${unlike} in the other`;
  return undefined;
}

/** Which layer of two networks differs first, and what each has there; undefined for networks that are alike. */
export function differenceOfNetworks(a: Network, b: Network): string | undefined {
  const most = Math.max(a.views.length, b.views.length);
  for (let i = 0; i < most; i++) {
    const [one, other] = [shapeAt(a, i), shapeAt(b, i)];
    if (one !== other) return `their networks differ: ${one} in one, ${other} in the other`;
  }
  if (a.output !== b.output)
    return `their networks differ: the output is ${a.output} in one and ${b.output} in the other`;
  const [first, second] = [a, b].map(({ architecture }) => canonicalJson(computing(architecture)));
  return first === second ? undefined : 'their networks differ in how they compute, though not in their tensors';
}

/**
 * What of an architecture decides what it makes of parameters: not how these were drawn at first, nor what is dropped in
 * training, where nothing makes up for it at test.
 */
function computing({ spec, ...rest }: Architecture): unknown {
  // What settings of somebody's own network do is not known.
  const isKnown = rest['kind'] === 'layers' || rest['kind'] === 'resnet18';
  if (!isKnown || typeof spec !== 'object' || spec === null || Array.isArray(spec)) return { ...rest, spec };
  const {
    init: _init,
    headInit: _headInit,
    dropout,
    dropoutScaling,
    ...own
  } = spec as Readonly<Record<string, unknown>>;
  const isMadeUpFor = dropout !== 0 && dropoutScaling !== 'training';
  return { ...rest, spec: { ...own, ...(isMadeUpFor && { dropout }) } };
}

function shapeAt({ views }: Network, i: number): string {
  const view = views[i];
  return view ? `${view.name} of ${view.shape.join(' × ')}` : 'no further tensor';
}
