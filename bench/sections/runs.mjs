import { accuracyOf, measuredRun, secondsOf } from '../lethe.mjs';
import { counterpart, hasPython, measured, output } from '../processes.mjs';
import { megabytes, number, percent, table } from '../tables.mjs';

export const title = 'Whole runs';

/**
 * The published setting. Its lambda belongs to the exact Fisher information, and avalanche-lib has another kind; SGD
 * diverges with such large ones.
 */
const offline = {
  hidden: [400, 400],
  batch: 128,
  optimizer: 'adam',
  learningRate: 0.001,
  lambda: 1e9,
  peerLambda: 1e5,
};
const online = { hidden: [100, 100], batch: 10, optimizer: 'sgd', learningRate: 0.03, lambda: 10, peerLambda: 10 };

/** `steps` on each of the five tasks (undefined: one pass). What is slow runs a fifth of the published length. Once each. */
const groups = [
  { title: '784-400-400-10, batch 128, Adam, 5 × 2000 steps', setting: offline, steps: 2000 },
  { title: '784-400-400-10, batch 128, Adam, 5 × 400 steps', setting: offline, steps: 400 },
  { title: '784-100-100-10, batch 10, SGD, one pass', setting: online },
];
const everywhere = ['none', 'ewc', 'replay'];
const longOnes = ['none', 'ewc'];
/** `methods` of each group. */
const contenders = [
  { title: 'Lethe native', run: letheOn('native'), methods: [longOnes, everywhere, everywhere] },
  { title: 'PyTorch', run: torch(), python: true, methods: [longOnes, everywhere, everywhere] },
  { title: 'PyTorch tuned', run: torch('--tuned'), python: true, methods: [['none'], ['none'], ['none']] },
  { title: 'PyTorch, 2 threads', run: torch('--threads', 2), python: true, methods: [[], ['none'], ['none']] },
  { title: 'Lethe WASM', run: letheOn('wasm'), methods: [[], [], everywhere] },
  { title: 'avalanche-lib', run: avalanche, python: true, methods: [longOnes, everywhere, everywhere] },
];
const QUICK_STEPS = 40;

export async function measure({ quick, say }) {
  const results = [];
  for (const [g, group] of groups.entries()) {
    const setting = { ...group.setting, steps: quick ? QUICK_STEPS : group.steps };
    for (const method of everywhere) {
      const runs = {};
      for (const { title: by, run, python, methods } of contenders) {
        if (!methods[g].includes(method) || (python && !hasPython)) continue;
        runs[by] = await run(method, setting);
        say(`${group.title}, ${method}, ${by}`);
      }
      results.push({ group: group.title, method, runs });
    }
  }
  return { results, fisher: hasPython ? await fisherTimes(quick) : undefined };
}

function letheOn(backend) {
  return async (method, { hidden, batch, optimizer, learningRate, lambda, steps }) => {
    const length = steps === undefined ? { epochs: 1 } : { iterations: steps };
    const training = { batchSize: batch, optimizer, learningRate, ...length };
    const own = method === 'ewc' ? { method, lambda } : { method };
    const { events, ...took } = await measuredRun({ network: { hidden }, training, method: own }, backend);
    const { steps: planned } = events.find(({ type }) => type === 'started');
    return {
      ...took,
      accuracy: accuracyOf(events),
      steps: planned.reduce((sum, count) => sum + count, 0),
      seconds: secondsOf(events),
    };
  };
}

function argumentsFor({ hidden, batch, optimizer, learningRate, steps }) {
  const network = ['--hidden', ...hidden, '--batch', batch, '--optimizer', optimizer, '--learning-rate', learningRate];
  return steps === undefined ? network : [...network, '--steps', steps];
}

function torch(...flags) {
  return async (method, setting) => {
    const args = ['--method', method, '--strength', setting.lambda, ...argumentsFor(setting), ...flags];
    const { stdout, ...took } = await measured(...counterpart('whole.py', args));
    return { ...took, ...JSON.parse(stdout) };
  };
}

async function avalanche(method, setting) {
  const { stdout, ...took } = await measured(
    ...counterpart('avalanche_runs.py', [
      '--runs',
      `${method}:1`,
      '--strength',
      setting.peerLambda,
      ...argumentsFor(setting),
    ]),
  );
  const { accuracy, steps } = JSON.parse(stdout);
  return { ...took, accuracy, steps };
}

/** Of the first task: by matrix products, and by a loop over examples of which only some are run. */
async function fisherTimes(quick) {
  const args = ['--fisher-loop', quick ? 20 : 200];
  return JSON.parse(await output(...counterpart('whole.py', args)));
}

export function tables({ results, fisher }) {
  const head = ['method', 'by', 'wall (s)', 'CPU (s)', 'of Lethe native', 'peak', 'steps', 'accuracy'];
  const sections = groups.map((group) => {
    const rows = results.filter((row) => row.group === group.title);
    return `${group.title}\n\n${table(head, rows.flatMap(rowsOf))}`;
  });
  const parts = `Where the time goes (s)\n\n${table(['run', 'method', 'by', ...Object.values(partTitles), 'rest'], results.flatMap(partsOf))}`;
  return [...sections, parts, fisher && fisherText(fisher)].filter(Boolean).join('\n\n');
}

function rowsOf({ method, runs }) {
  return Object.entries(runs).map(([by, { wall, cpu, peak, steps, accuracy }]) => [
    method,
    by,
    number(wall),
    number(cpu),
    `${(wall / runs['Lethe native'].wall).toFixed(2)}×`,
    megabytes(peak),
    String(steps),
    percent(accuracy),
  ]);
}

const partTitles = {
  start: 'start',
  compile: 'compile',
  train: 'steps',
  method: 'between tasks',
  evaluate: 'evaluation',
  events: 'events',
};

/** For those that tell. The rest of PyTorch's time is starting, loading data and ending. */
function partsOf({ group, method, runs }) {
  const length = group.split(', ').at(-1);
  return Object.entries(runs)
    .filter(([, { seconds }]) => seconds)
    .map(([by, { seconds, wall }]) => {
      const rest = wall - Object.values(seconds).reduce((sum, part) => sum + part, 0);
      const parts = Object.keys(partTitles).map((part) => (part in seconds ? number(seconds[part]) : '–'));
      return [length, method, by, ...parts, number(rest)];
    });
}

const fisherText = ({ examples, products, loop }) =>
  `PyTorch, exact Fisher information of one task (${examples} images, ten labels), without steps: ${number(products)} s by ` +
  `matrix products (the runs above); about ${number(loop)} s by a loop over examples, extrapolated from some of them.`;
