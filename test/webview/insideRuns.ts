/** Recorded runs for tests of what the dashboard shows of the inside of methods: real ones, of short trainings on MNIST. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEventLine, type RunEvent } from '../../src/core/events';
import { manifestSchema, type RunManifest } from '../../src/core/manifest';
import type { DashboardView } from '../../src/core/messages';
import { sampleViews } from '../../src/core/testViews';
import type { LoggedRun } from './loggedRuns';

const folder = path.join(import.meta.dirname, '..', 'recordings', 'inside');

/** A recorded run as the host would send it. A line that is no event is an error: none was recorded. */
function recorded(file: string): LoggedRun {
  const [first = '', ...lines] = readFileSync(path.join(folder, file), 'utf8').trimEnd().split('\n');
  const events = lines.map((line): RunEvent => {
    const read = parseEventLine(line);
    if (read.kind !== 'event') throw new Error(`${file}: ${line}`);
    return read.event;
  });
  return { manifest: manifestSchema.parse(JSON.parse(first)), status: 'done', events, malformed: 0, unknownTypes: [] };
}

/** All of them. */
export const insideRuns = (): LoggedRun[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map(recorded);

/** A run of another program that shows a view of every kind, after each of two tasks. */
export function foreignRun(like: LoggedRun): LoggedRun {
  const manifest: RunManifest = {
    ...like.manifest,
    id: 'foreign-1',
    trainer: 'program',
    variant: { key: 'foreign', label: 'Another program', hash: 'foreign' },
  };
  const events = like.events.filter(({ type }) => type !== 'mechanism' && type !== 'eval');
  const shown = [0, 1].map((task): RunEvent => ({
    type: 'mechanism',
    at: 0,
    task,
    method: 'own',
    views: [...sampleViews],
  }));
  const at = events.findIndex(({ type }) => type === 'task-end');
  return { ...like, manifest, events: [...events.slice(0, at), ...shown, ...events.slice(at)] };
}

/** A recorded run as if its network had grown in its second and its fourth task. */
export function grownRun(like: LoggedRun): LoggedRun {
  const manifest: RunManifest = {
    ...like.manifest,
    id: 'grown-1',
    variant: { key: 'grown', label: 'It grows', hash: 'grown' },
  };
  const layers = (units: number) => [
    { name: 'layer1', units },
    { name: 'layer2', units: units / 2 },
    { name: 'layer3', units: 10 },
  ];
  const events = like.events.flatMap((event): RunEvent[] => {
    if (event.type === 'started') return [{ ...event, layers: layers(40) }];
    if (event.type !== 'task-end' || event.task % 2 === 0) return [event];
    const units = 40 + 20 * event.task;
    const { at, task } = event;
    return [{ type: 'network', at, task, parameters: 1000 * units, layers: layers(units) }, event];
  });
  return { ...like, manifest, events };
}

/** The comparison of some runs. */
export function viewOfRuns(runs: readonly LoggedRun[]): DashboardView {
  const variants = new Map(runs.map(({ manifest: { variant } }) => [variant.key, variant]));
  return {
    name: 'Inside of methods',
    file: 'inside.lethe.json',
    uri: 'file:///ws/inside.lethe.json',
    variants: [...variants.values()].map(({ key, label, hash }) => ({ key, label, hash, methods: [key], differs: [] })),
    seeds: [...new Set(runs.map(({ manifest }) => manifest.seed))].sort((a, b) => a - b),
    trusted: true,
    scenario: 'class',
    tasks: Array.from({ length: 5 }, (_, i) => [2 * i, 2 * i + 1]),
  };
}
