import { output } from '../processes.mjs';
import { withProgram } from '../program.mjs';
import { number, spread, table } from '../tables.mjs';

export const title = 'Sleep';

/** The five sleeps of the published MNIST setting, each repeat in a process of its own. */
export async function measure({ quick, repeats, say }) {
  return withProgram('sleep', async (program) => {
    const results = [];
    for (let repeat = 0; repeat < (quick ? 1 : repeats); repeat++) {
      results.push(JSON.parse(await output(process.execPath, [program])));
      say(`repeat ${repeat + 1}`);
    }
    return results;
  });
}

export function tables(results) {
  const [{ sleeps }] = results;
  const rows = sleeps.map(({ steps, spikes }, i) => [
    String(i + 1),
    String(steps),
    spread(results.map((result) => result.sleeps[i].seconds)),
    spikes.map(number).join(' · '),
  ]);
  const total = sleeps.reduce((sum, { steps }) => sum + steps, 0);
  const seconds = results.map((result) => result.sleeps.reduce((sum, sleep) => sum + sleep.seconds, 0));
  const head = ['sleep', 'steps', 'seconds', 'spikes in a step, by layer'];
  return table(head, [...rows, ['all', String(total), spread(seconds), '']]);
}
