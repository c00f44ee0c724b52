import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { dashboardProgram } from '../dashboardProgram.mjs';
import { output, withFolder } from '../processes.mjs';
import { megabytes, number, table } from '../tables.mjs';

export const title = 'A cluster';

/** Workers at a time, and runs that take them so many seconds ten times. */
const WHOLE = { runs: 10_000, workers: 1000, pause: 6 };
const QUICK = { runs: 600, workers: 50, pause: 0.2 };
/** Processes that the workers live in: for a process each there is no memory here. */
const PROCESSES = 8;
/** Until all of them are at work (s). */
const UNDER_WAY = 90;

export async function measure({ quick, say }) {
  const { runs, workers, pause } = quick ? QUICK : WHOLE;
  return dashboardProgram((program) =>
    withFolder(async (folder) => {
      const [workspace, cache, state] = ['workspace', 'cache', 'state'].map((name) => path.join(folder, name));
      for (const each of [workspace, cache, state]) mkdirSync(each);
      const run = async (what, ...args) => {
        say(what);
        const env = { LETHE_STATE_DIR: state };
        return JSON.parse(
          await output(process.execPath, [program, what, workspace, cache, ...args.map(String)], { env }),
        );
      };
      const given = await run('give', runs, workers, pause);
      const share = workers / PROCESSES;
      const places = Array.from({ length: PROCESSES }, (_, i) => [Math.floor(i * share), Math.floor((i + 1) * share)]);
      const working = Promise.all(places.map(([from, to]) => run('work', given.batch, from, to - from)));
      const during = async () => {
        await delay(quick ? 0 : UNDER_WAY * 1000);
        return { state: await run('state', workers), following: await run('following') };
      };
      // Nobody may still write when the folder goes.
      const [under, worked] = await Promise.allSettled([during(), working]).then((all) => all.map(valueOrThrow));
      return {
        ...{ runs: given.runs, workers, given, worked },
        ...{ state: under.state, following: under.following, starts: await run('starts') },
        trees: { first: await run('tree'), again: await run('tree'), bare: await run('bare') },
        opening: await run('opening'),
      };
    }),
  );
}

function valueOrThrow({ status, value, reason }) {
  if (status === 'rejected') throw reason;
  return value;
}

const seconds = (value) => `${number(Math.max(0, value))} s`;
const milliseconds = (value) => `${number(1000 * Math.max(0, value))} ms`;
const share = (value, of) => `${number((100 * value) / of)} %`;

export function tables({ runs, workers, given, worked, state, following, starts, trees, opening }) {
  const sum = (part) => worked.reduce((total, one) => total + one[part], 0);
  const { frames, taken, told } = following;
  const frame = (at) => milliseconds(frames[Math.floor(at * frames.length)]);
  const tree = (one) => seconds(one.cpu - trees.bare.cpu);
  return table(
    [`${number(runs)} runs, ${number(workers)} workers`, 'measured', 'goal'],
    [
      ['giving the runs to the workers: clock / CPU', `${seconds(given.clock)} / ${seconds(given.cpu)}`, ''],
      ['runs started once; more than once; left behind', `${starts.once}; ${starts.more}; ${starts.left}`, 'all; 0; 0'],
      ['what workers ask of the file system for a run', `${number(sum('requests') / runs)} requests`, ''],
      ['the same for a run: CPU of the worker', milliseconds(sum('cpu') / runs), ''],
      ['`lethe batch` in the middle of it: clock / CPU', `${seconds(state.clock)} / ${seconds(state.cpu)}`, ''],
      ['a dashboard in the middle of it, until it is drawn', seconds(following.opened), ''],
      ['it draws what is new every', told > 0 ? seconds(following.seconds / told) : 'never', ''],
      [
        'a frame of it: median, 95 %, longest',
        `${frame(0.5)}, ${frame(0.95)}, ${milliseconds(frames.at(-1))}`,
        '16 ms',
      ],
      [
        'what it takes of a core: host / renderer',
        ['host', 'page'].map((part) => share(taken[part], following.seconds)).join(' / '),
        '',
      ],
      ['memory of the host then', megabytes(following.memory), ''],
      [
        'all done: CPU of host to the first tree, of which some was read before',
        `${tree(trees.first)}, then ${tree(trees.again)}`,
        '',
      ],
      [
        'memory of the host then, of which without Lethe',
        `${megabytes(trees.again.memory)}, ${megabytes(trees.bare.memory)}`,
        '150 MB',
      ],
      [
        'open the dashboard: CPU of host / renderer',
        ['host', 'page'].map((part) => seconds(opening.taken[part])).join(' / '),
        '0.5 s / 0.5 s',
      ],
    ],
  );
}
