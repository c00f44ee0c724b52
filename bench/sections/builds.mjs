import { buildIn, ownBuild } from '../lethe.mjs';
import { compiledTime, smallCnn } from '../stepTimes.mjs';
import { median, number, table } from '../tables.mjs';

export const title = 'Against another build';

/** Medians of fewer say little about 3 %. */
const LEAST_TURNS = 20;

const small = { hidden: [100, 100], batch: 10, optimizer: 'sgd', learningRate: 0.03, work: 0.5 };
const large = { hidden: [400, 400], batch: 128, optimizer: 'adam', learningRate: 0.001, work: 5 };
const cases = [
  { ...small, name: '784-100-100-10, batch 10, SGD' },
  { ...large, name: '784-400-400-10, batch 128, Adam' },
  { ...smallCnn, name: 'small CNN, batch 10, SGD' },
  { ...large, name: 'the second with EWC', method: { method: 'ewc', samples: 250 } },
  { ...large, name: 'the second with replay', method: { method: 'replay' } },
  { ...large, name: 'the second with PackNet', method: { method: 'packnet', retrain: 0 } },
];

/** Compiled steps of both builds in turns, each in a process of its own; who is first changes with every turn. */
export async function measure({ quick, repeats, against, say }) {
  const builds = [
    ['before', await buildIn(against)],
    ['now', ownBuild],
  ];
  const turns = quick ? 1 : Math.max(LEAST_TURNS, repeats);
  const results = cases.map(({ name }) => ({ name, times: { before: [], now: [] } }));
  for (let turn = 0; turn < turns; turn++) {
    for (const [i, setting] of cases.entries())
      for (const [name, build] of turn % 2 === 0 ? builds : builds.toReversed())
        results[i].times[name].push(await compiledTime(setting, build, quick));
    say(`turn ${turn + 1} of ${turns}`);
  }
  return results;
}

export function tables(results) {
  const rows = results.map(({ name, times: { before, now } }) => [
    name,
    number(median(before)),
    number(median(now)),
    (median(now) / median(before)).toFixed(3),
    median(now.map((time, turn) => time / before[turn])).toFixed(3),
  ]);
  const head = ['compiled step', 'before (ms)', 'now (ms)', 'now / before', 'median of the turns’ ratios'];
  return `Medians of ${results[0].times.now.length} turns.\n\n${table(head, rows)}`;
}
