import { environment } from '../lethe.mjs';
import { output } from '../processes.mjs';
import { withProgram } from '../program.mjs';
import { median, spread, table } from '../tables.mjs';

export const title = 'What the parts of a step cost';

const TURNS = 20;
/** Of each part in each turn (ms). */
const WINDOW = 200;

export const measure = (options) => measureList([], options);

/** Each repeat is a process of its own, in which the parts take turns. @param list which of them, as an argument */
export async function measureList(list, { quick, repeats, say }) {
  return withProgram('parts', async (program) => {
    const args = quick ? [2, WINDOW / 10] : [TURNS, WINDOW];
    const results = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      results.push(
        JSON.parse(await output(process.execPath, [program, ...args.map(String), ...list], { env: environment })),
      );
      say(`repeat ${repeat + 1} of ${repeats}`);
    }
    return results;
  });
}

export function tables(results) {
  const texts = results[0].map(({ name, times }, i) => {
    const all = (part) => results.flatMap((settings) => settings[i].times[part]);
    const [base] = Object.keys(times);
    const rows = Object.keys(times).map((part) => [
      part,
      spread(all(part)),
      `${(100 * (median(all(part).map((time, turn) => time / all(base)[turn])) - 1)).toFixed(1)} %`,
    ]);
    return `${name}\n\n${table(['besides the step itself', 'ms', `more than ${base}`], rows)}`;
  });
  const turns = results
    .flatMap((settings) => settings[0].times)
    .reduce((sum, times) => sum + Object.values(times)[0].length, 0);
  return `Milliseconds of a compiled step: minimum (median) of ${turns} turns; the last column is the median of the turns' ratios.\n\n${texts.join('\n\n')}`;
}
