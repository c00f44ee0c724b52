import { environment } from '../lethe.mjs';
import { networkCases } from '../networkCases.mjs';
import { counterpart, hasPython, output } from '../processes.mjs';
import { withProgram } from '../program.mjs';
import { ratio, spread, table } from '../tables.mjs';

export const title = 'A training step of each network';

/** Of each case (ms). */
const WINDOW = 1500;
const titles = { native: 'Lethe native', wasm: 'Lethe WASM', torch: 'PyTorch, 1 thread' };

/** The contenders of a case take turns, each in a process of its own. */
export async function measure({ quick, repeats, say }) {
  const window = String(quick ? WINDOW / 50 : WINDOW);
  return withProgram('networks', async (program) => {
    const results = networkCases.map(({ name, title, images, batch }) => ({ name, title, images, batch, times: {} }));
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const [i, one] of networkCases.entries()) {
        const { times } = results[i];
        for (const backend of ['native', 'wasm']) {
          const found = await output(process.execPath, [program, backend, window, one.name], { env: environment });
          (times[backend] ??= []).push(JSON.parse(found)[one.name]);
        }
        if (hasPython) {
          const found = await output(...counterpart('network_steps.py', [window, JSON.stringify([one])]));
          (times.torch ??= []).push(JSON.parse(found)[one.name]);
        }
        say(`${one.name}, repeat ${repeat + 1} of ${repeats}`);
      }
    }
    return results;
  });
}

export function tables(results) {
  const contenders = Object.keys(titles).filter((name) => results[0].times[name]);
  const rows = results.map(({ title, images, batch, times }) => [
    title,
    images,
    String(batch),
    ...contenders.map((name) => spread(times[name])),
    ...(times.torch ? [ratio(times.torch, times.native)] : []),
  ]);
  const heads = ['network', 'images', 'batch', ...contenders.map((name) => titles[name])];
  const last = contenders.includes('torch') ? ['PyTorch / native'] : [];
  return `Milliseconds of CPU time of a step, forward and backward with SGD's update: minimum (median) of the repeats.\n\n${table([...heads, ...last], rows)}`;
}
