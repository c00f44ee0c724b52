import { statSync } from 'node:fs';
import path from 'node:path';
import { accuracyOf, environment, prepareRun, readEvents, secondsOf, train } from '../lethe.mjs';
import { output, withFolder } from '../processes.mjs';
import { number, percent, table } from '../tables.mjs';

export const title = 'A stream of 500 tasks';

const long = { tasks: 500, steps: 625 };
const quickly = { tasks: 110, steps: 20 };

/** The small network of continual backprop on online permuted MNIST, in batches; two ways to follow it. Once each. */
const settings = [
  { name: '20 tasks, 100 images each, no curve', evaluation: { points: 0, matrixTasks: 20, matrixSamples: 100 } },
  { name: '20 tasks, 200 images each, a curve', evaluation: { points: 1, matrixTasks: 20, matrixSamples: 200 } },
];

export async function measure({ quick, say }) {
  const { tasks, steps } = quick ? quickly : long;
  const results = [];
  for (const { name, evaluation } of settings) {
    const spec = {
      stream: { kind: 'permuted', tasks, scenario: 'domain', identityFirst: true, pad: 0, classOrder: undefined },
      network: { hidden: [100, 100] },
      training: { optimizer: 'sgd', learningRate: 0.01, batchSize: 10, iterations: steps },
      evaluation: { samples: 100, keep: 'last', online: true, ...evaluation },
    };
    results.push({ name, tasks, steps, ...(await runOf(spec)) });
    say(name);
  }
  return results;
}

const runOf = (spec) =>
  withFolder(async (folder) => {
    prepareRun(folder, spec, 'native');
    await output(process.execPath, [train, folder], { env: environment });
    const events = readEvents(folder);
    const { seconds: wall } = events.at(-1);
    const log = statSync(path.join(folder, 'events.jsonl')).size;
    return { wall, log, seconds: secondsOf(events), accuracy: accuracyOf(events) };
  });

/** What evaluation and files take of a run. */
const share = ({ seconds, wall }) => (seconds.evaluate + seconds.files + seconds.events) / wall;

export function tables(results) {
  const [{ tasks, steps }] = results;
  const head = ['a row measures', 'wall (s)', 'steps', 'between tasks', 'evaluation', 'files', 'share', 'log (MB)'];
  const rows = results.map((result) => [
    result.name,
    number(result.wall),
    number(result.seconds.train),
    number(result.seconds.method),
    number(result.seconds.evaluate),
    number(result.seconds.files + result.seconds.events),
    percent(share(result)),
    (result.log / 1e6).toFixed(2),
  ]);
  return (
    `784-100-100-10, batch 10, SGD, permuted MNIST, ${tasks} tasks of ${steps} steps, online accuracy of every step. Seconds; ` +
    `files are checkpoints, parameters and the log, and the share is that of evaluation and files in the whole.\n\n${table(head, rows)}`
  );
}
