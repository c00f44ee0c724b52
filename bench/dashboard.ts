/**
 * What a dashboard costs the process that reads its runs, and the page that shows them:
 *   node dashboard.cjs prepare FOLDER RUNS POINTS   makes a workspace of so many finished runs, of 5 variants
 *   node --expose-gc dashboard.cjs list FOLDER      reads all runs, as the extension does when it starts
 *   node --expose-gc dashboard.cjs open FOLDER      then tells a page all of it, and answers what it asks for its curves
 *   node dashboard.cjs page FOLDER                  shows the same in a browser
 * Prints what it took as JSON: seconds of the processor and bytes.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunEvent } from '../src/core/events';
import { experimentSchema, resolveExperiment } from '../src/core/experiment';
import { RUN_FORMAT, type RunManifest } from '../src/core/manifest';
import { answerTo } from '../src/dashboard/answers';
import { ExperimentSource } from '../src/dashboard/source';
import { viewOf } from '../src/dashboard/view';
import { RunStore, specHash, specOf } from '../src/runs/index';
import { DashboardPage } from '../test/webview/dashboardPage';
import type { LoggedRun } from '../test/webview/loggedRuns';

const METHODS = ['none', 'ewc', 'si', 'replay', 'agem'];
const TASKS = 5;
const FILE = 'load.lethe.json';

const settings = (runs: number) => ({
  name: 'load',
  seeds: Math.ceil(runs / METHODS.length),
  bounds: false,
  methods: METHODS.map((method) => ({ method })),
});

function* manifestsOf(runs: number): Generator<RunManifest> {
  const { variants, seeds } = resolveExperiment(experimentSchema.parse(settings(runs)));
  const at = Date.UTC(2026, 0, 5);
  let made = 0;
  for (const seed of seeds)
    for (const variant of variants) {
      if (made++ >= runs) return;
      const spec = specOf(resolveExperiment(experimentSchema.parse(settings(runs))), variant);
      yield {
        ...{ lethe: RUN_FORMAT, trainer: 'lethe', id: `${variant.key}-s${seed}`, created: at + made, seed, spec },
        experiment: { name: 'load', file: FILE },
        variant: { key: variant.key, label: variant.label, hash: specHash(spec) },
        backend: 'native',
      };
    }
}

/** A log with so many evaluations, and a step between two of them. */
function eventsOf(seed: number, points: number): RunEvent[] {
  const steps = points / TASKS;
  const events: RunEvent[] = [
    {
      ...{ type: 'started', at: 0, schema: 1, backend: { name: 'native', version: '2.19.0' }, parameters: 270_000 },
      tasks: Array.from({ length: TASKS }, (_, i) => ({
        ...{ name: `${2 * i}, ${2 * i + 1}`, classes: [2 * i, 2 * i + 1], train: 12_000, test: 2000 },
      })),
      steps: Array<number>(TASKS).fill(steps),
    },
  ];
  let at = 0;
  for (let task = 0; task < TASKS; task++) {
    events.push({ type: 'task-start', at, task, steps });
    for (let step = 1; step <= steps; step++) {
      at += 3;
      const accuracy = Array.from({ length: task + 1 }, (_, k) =>
        Number((k === task ? 1 - Math.exp(-step / 50) : 0.5 + 0.2 * Math.sin(seed + k + step / 99)).toFixed(4)),
      );
      const taskAware = accuracy.map((value) => Math.min(1, value + 0.1));
      events.push({ type: 'step', at, task, step, loss: Math.exp(-step / 90) });
      events.push({ type: 'eval', at, task, step, accuracy, taskAware, samples: 200 });
    }
    const accuracy = Array.from({ length: TASKS }, (_, k) => (k > task ? 0 : 0.9 - 0.1 * (task - k)));
    events.push({ type: 'task-end', at, task, accuracy, taskAware: accuracy, memoryBytes: 0 });
  }
  return [...events, { type: 'ended', at, status: 'done', seconds: at / 1000 }];
}

function prepare(folder: string, runs: number, points: number): void {
  writeFileSync(path.join(folder, FILE), JSON.stringify(settings(runs)));
  writeFileSync(path.join(folder, 'size.json'), JSON.stringify({ runs, points }));
  for (const manifest of manifestsOf(runs)) {
    const own = path.join(folder, '.lethe', 'runs', manifest.id);
    mkdirSync(own, { recursive: true });
    writeFileSync(path.join(own, 'run.json'), JSON.stringify(manifest));
    const lines = eventsOf(manifest.seed, points).map((event) => JSON.stringify(event));
    writeFileSync(path.join(own, 'events.jsonl'), `${lines.join('\n')}\n`);
  }
}

/** Seconds of the processor that a piece of work takes. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function memory(): { heap: number; resident: number } {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}

async function list(folder: string): Promise<object> {
  const store = new RunStore(folder, { dist: '' });
  const before = memory();
  const cpu = await cpuOf(() => store.list());
  const after = memory();
  return { cpu, heap: after.heap - before.heap, resident: after.resident };
}

/** The bytes that go from here to the page. */
const bytesOf = (message: unknown): number => {
  let columns = 0;
  const text = JSON.stringify(message, (_, value: unknown) => {
    if (!ArrayBuffer.isView(value)) return value;
    columns += value.byteLength;
    return 0;
  });
  return text.length + columns;
};

async function open(folder: string): Promise<object> {
  const reader = new RunStore(folder, { dist: '' });
  await reader.list();
  const before = memory();
  let bytes = 0;
  const cpu = await cpuOf(async () => {
    const source = new ExperimentSource({
      ...{ reader, file: FILE, uri: `file://${path.join(folder, FILE)}`, isTrusted: () => true },
      readText: () => Promise.resolve(readFileSync(path.join(folder, FILE), 'utf8')),
      thumbnails: () => Promise.resolve({}),
    });
    const content = await source.snapshot();
    bytes += bytesOf(content);
    const sources = { reader, shown: (id: string) => source.shown(id), places: { shipped: '', own: '' } };
    for (const { hash } of content.view.variants) {
      const runs = content.runs.filter(({ manifest }) => manifest.variant.hash === hash);
      const ids = runs.map(({ manifest }) => manifest.id);
      const request = { kind: 'curve', runs: ids, measure: 'accuracy', points: 400 } as const;
      bytes += bytesOf(await answerTo(request, sources, new AbortController().signal));
    }
  });
  return { cpu, bytes, heap: memory().heap - before.heap };
}

/** The first screen, then the section with all curves. */
async function page(folder: string): Promise<object> {
  const { runs: count, points } = JSON.parse(readFileSync(path.join(folder, 'size.json'), 'utf8')) as {
    readonly runs: number;
    readonly points: number;
  };
  const runs = [...manifestsOf(count)].map((manifest): LoggedRun => ({
    ...{ manifest, status: 'done', events: eventsOf(manifest.seed, points), malformed: 0, unknownTypes: [] },
  }));
  const experiment = resolveExperiment(experimentSchema.parse(settings(count)));
  const view = viewOf(experiment, { file: FILE, uri: `file:///${FILE}`, trusted: true, thumbnails: {} });
  const dashboard = await DashboardPage.open({ size: { width: 590, height: 1000 } });
  const session = await dashboard.page.context().newCDPSession(dashboard.page);
  await session.send('Performance.enable');
  const measured = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
    return { cpu: of('ThreadTime'), heap: of('JSHeapUsedSize') };
  };
  const start = await measured();
  await dashboard.snapshot(runs, {}, view);
  const opened = await measured();
  await dashboard.show('curves');
  const drawn = await measured();
  await session.send('HeapProfiler.collectGarbage');
  const { heap } = await measured();
  await dashboard.close();
  return { open: opened.cpu - start.cpu, curves: drawn.cpu - opened.cpu, heap };
}

const [what = '', folder = '', runs = '20', points = '10000'] = process.argv.slice(2);
if (what === 'prepare') prepare(folder, Number(runs), Number(points));
else {
  const work = { list, open, page }[what];
  if (!work) throw new Error('usage: prepare|list|open|page FOLDER');
  void work(folder).then((result) => process.stdout.write(JSON.stringify(result)));
}
