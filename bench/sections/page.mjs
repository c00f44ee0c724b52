import { dashboardProgram } from '../dashboardProgram.mjs';
import { output } from '../processes.mjs';
import { number, table } from '../tables.mjs';

export const title = 'A page of many runs';

const WHOLE = { runs: 10_000, times: 60 };
const QUICK = { runs: 400, times: 5 };
/** Of so many runs something is new at a time: a few; and as many as a thousand that train bring forth in a second. */
const AT_A_TIME = [4, 170];

export const measure = ({ quick }) =>
  dashboardProgram(async (program) => {
    const { runs, times } = quick ? QUICK : WHOLE;
    const given = ['drawing', '-', '-', runs, times, ...AT_A_TIME].map(String);
    return { runs, frames: JSON.parse(await output(process.execPath, [program, ...given])) };
  });

const milliseconds = (value) => `${number(1000 * value)} ms`;

export const tables = ({ runs, frames }) =>
  table(
    [`${number(runs)} runs; a frame that draws what is new`, 'median', '95 %', 'longest', 'goal'],
    frames.map((all, i) => [
      `of ${AT_A_TIME[i]} runs`,
      ...[0.5, 0.95].map((at) => milliseconds(all[Math.floor(at * all.length)])),
      ...[milliseconds(all.at(-1)), '16 ms'],
    ]),
  );
