import { environment } from '../lethe.mjs';
import { output } from '../processes.mjs';
import { withProgram } from '../program.mjs';
import { table } from '../tables.mjs';

export const title = 'What inputs cost';

const TURNS = 20;
/** Of each way in each turn (ms). */
const WINDOW = 150;
const backends = ['native', 'wasm'];

/** Each backend and each repeat is a process of its own, in which the ways take turns. */
export async function measure({ quick, repeats, say }) {
  return withProgram('inputs', async (program) => {
    const args = (quick ? [2, WINDOW / 10] : [TURNS, WINDOW]).map(String);
    const results = [];
    for (let repeat = 0; repeat < repeats; repeat++)
      for (const backend of backends) {
        const printed = await output(process.execPath, [program, backend, ...args], { env: environment });
        results.push({ backend, settings: JSON.parse(printed) });
        say(`${backend}, repeat ${repeat + 1} of ${repeats}`);
      }
    return results;
  });
}

export function tables(results) {
  const of = (backend) => results.filter((result) => result.backend === backend).map(({ settings }) => settings);
  const [first] = of(backends[0]);
  const texts = first.map(({ name, times }, i) => {
    const [base] = Object.keys(times);
    const cells = (way) =>
      backends.flatMap((backend) => {
        const all = (one) => of(backend).flatMap((settings) => settings[i]?.times[one] ?? []);
        if (all(way).length === 0) return ['–', '–'];
        const least = Math.min(...all(way));
        return [least.toPrecision(3), (least / Math.min(...all(base))).toFixed(2)];
      });
    const head = ['inputs', ...backends.flatMap((backend) => [`${backend} (ms)`, `${backend}, ratio`])];
    return `${name}\n\n${table(
      head,
      Object.keys(times).map((way) => [way, ...cells(way)]),
    )}`;
  });
  return `Milliseconds of processor time of a step: the minimum of the turns, and its ratio to that of the first line.\n\n${texts.join('\n\n')}`;
}
