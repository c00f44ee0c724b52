import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { loadedWith, outputsOf } from '../../test/shippedParts.mjs';
import { dashboardProgram } from '../dashboardProgram.mjs';
import { output, withFolder } from '../processes.mjs';
import { median, megabytes, number, table } from '../tables.mjs';

export const title = 'The dashboard';

/** Finished runs of five tasks, and evaluations of each. */
const LARGE = { runs: 20, points: 10_000 };
const MANY = { runs: 2000, points: 100 };
/** Curves that are longer than what a page is sent at once. */
const LONG = { runs: 5, points: 40_000 };
/** Long enough for all windows in which one looks at them. */
const GOING_ON = { runs: 8, points: 6000 };
const NONE = { runs: 0, points: 0 };
const QUICK = { runs: 5, points: 100 };

/** Each time in a process, or a VS Code, of its own. */
export const measure = (options) => dashboardProgram((program) => measureWith(program, options));

async function measureWith(program, { quick, repeats, say }) {
  const times = Array.from({ length: quick ? 1 : repeats });
  const fits = (size) => (quick && size.runs > 0 ? QUICK : size);
  /** Measures one thing after another of the same runs, with nothing in the cache at first. */
  const withRuns = (size, work) =>
    withFolder(async (folder) => {
      const [workspace, cache] = ['workspace', 'cache'].map((name) => path.join(folder, name));
      for (const each of [workspace, cache]) mkdirSync(each);
      let isMade = false;
      return work(async (what) => {
        const { runs, points } = fits(size);
        const made = isMade ? [] : [runs, points].map(String);
        isMade = true;
        say(what);
        return JSON.parse(await output(process.execPath, ['--expose-gc', program, what, workspace, cache, ...made]));
      });
    });
  const inTurn = async (all, work) => {
    const results = [];
    for (const one of all) results.push(await work(one));
    return results;
  };
  const alone = await inTurn([LARGE, MANY], (size) =>
    withRuns(size, async (run) => ({
      ...size,
      first: [await run('read'), await run('tell')],
      again: [await run('read'), await run('tell')],
    })),
  );
  const opening = (size) => inTurn(times, () => withRuns(size, (run) => run('opening')));
  return {
    alone,
    opening: await opening(LARGE),
    openingNone: await opening(NONE),
    charts: await withRuns(LARGE, (run) => run('charts')),
    refining: await withRuns(LONG, (run) => run('refining')),
    streaming: await withRuns(GOING_ON, (run) => run('streaming')),
    trees: await withRuns(MANY, async (run) => ({
      first: await run('tree'),
      again: await run('tree'),
      bare: await run('bare'),
    })),
    bytes: await bytesAtOnce(),
  };
}

/** Of the extension's scripts those that VS Code loads to start it. */
async function bytesAtOnce() {
  const outputs = await outputsOf('src/extension.ts');
  return loadedWith('dist/extension.js', outputs).reduce((sum, file) => sum + outputs[file].bytes, 0);
}

const seconds = (value) => `${number(Math.max(0, value))} s`;
const milliseconds = (value) => `${number(1000 * Math.max(0, value))} ms`;

export const tables = (results) => `${aloneTable(results)}\n\n${workbenchTable(results)}`;

function aloneTable({ alone }) {
  const rows = [
    ['CPU to read the runs', ([{ cpu }]) => seconds(cpu)],
    ['memory of them', ([{ heap }]) => megabytes(heap)],
    ['CPU to tell a page of them', ([, { cpu }]) => seconds(cpu)],
    ['sent to the page', ([, { bytes }]) => `${number(bytes / 1e6)} MB`],
  ];
  return table(
    ['a process alone', ...alone.map(({ runs, points }) => `${runs} runs × ${points} evaluations`)],
    rows.map(([name, text]) => [name, ...alone.map(({ first, again }) => `${text(first)}, then ${text(again)}`)]),
  );
}

function workbenchTable({ opening, openingNone, charts, refining, streaming, trees, bytes }) {
  const both = (all) =>
    ['host', 'page'].map((part) => seconds(median(all.map(({ taken }) => taken[part])))).join(' / ');
  const { hidden, closed, answer, curves } = streaming;
  /** Half of the frames are shorter than the first, nineteen of twenty shorter than the second. */
  const frames = ({ frames }) =>
    [0.5, 0.95].map((share) => milliseconds(frames[Math.floor(share * frames.length)])).join(', ');
  const over = (part) => `${number((100 * Math.max(0, hidden[part] - closed[part])) / streaming.seconds)} %`;
  const meanOfZooms = (part) =>
    milliseconds(refining.zooms.reduce((sum, one) => sum + one[part], 0) / refining.zooms.length);
  const tree = (one) => seconds(one.cpu - trees.bare.cpu);
  return table(
    ['in VS Code', 'measured', 'goal'],
    [
      ['open a dashboard, 20 × 10,000: CPU of host / renderer', both(opening), '0.5 s / 0.5 s'],
      ['the same of an experiment without runs', both(openingNone), ''],
      ['show all curves, 20 × 10,000', both([{ taken: charts.shown }]), ''],
      ['heap of the page then', megabytes(charts.heap), '80 MB'],
      ['a frame of zooming and moving', milliseconds(charts.frame), '16 ms'],
      [
        'refined, of 40,000 evaluations: on the clock',
        milliseconds(median(refining.zooms.map(({ clock }) => clock))),
        '100 ms',
      ],
      ['the same: CPU of host / renderer', ['host', 'page'].map(meanOfZooms).join(' / '), ''],
      ['table of 10,000 evaluations', milliseconds(charts.table), '50 ms'],
      ['eight runs that go on: a frame of the answer, median and 95 %', frames(answer), '16 ms'],
      ['the same of all curves', frames(curves), '16 ms'],
      [
        'the same, hidden: of a core, host / renderer, more than when it is closed',
        ['host', 'page'].map(over).join(' / '),
        '0 %',
      ],
      ['2,000 runs, CPU of host to the first tree', `${tree(trees.first)}, then ${tree(trees.again)}`, '1.5 s'],
      [
        'memory of the host then, of which without Lethe',
        `${megabytes(trees.again.memory)}, ${megabytes(trees.bare.memory)}`,
        '150 MB',
      ],
      ['scripts loaded to start', `${Math.round(bytes / 1000)} kB`, '300 kB'],
    ],
  );
}
