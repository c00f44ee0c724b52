// What is shown of an experiment follows the files of code that it names, while nobody touches the experiment itself.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { uiTest, withHost } from '../vscode/harness';
import { Panel } from './panel';
import { folderWith, recipe } from './recipes';

const FILE = 'own.lethe.json';

const HELPER = 'export const share = (strength: number): number => strength / 2;\n';
const METHOD = `import { defineMethod, tf, z } from 'lethe';
import { share } from './lib/share';

export default defineMethod({
  title: 'My idea',
  summary: 'It helps.',
  settings: z.object({ strength: z.number().min(0).default(2).describe('How strong it is.') }),
  create: ({ strength }) => ({
    gradient(theta, differentiate) {
      const slope = differentiate(theta);
      return { ...slope, total: tf.mul<tf.Tensor1D>(slope.total, share(strength)) };
    },
  }),
});
`;

uiTest('lenses and dashboard follow the code that an experiment names, on disk and in what it imports', async () => {
  const methods = [{ method: './mine.ts' }];
  const files = { 'mine.ts': METHOD, 'lib/share.ts': HELPER };
  const workspace = folderWith({ ...files, [FILE]: recipe({ methods, seeds: 1, bounds: false }) });
  await withHost('own-lenses', { workspace, trusted: true }, async (host) => {
    const change = (name: string, text: string) => writeFileSync(path.join(host.workspace, name), text);
    const workbench = await host.openWindow();
    await workbench.openFile(FILE);
    await workbench.codeLens(/Debug$/).waitFor();

    change('mine.ts', METHOD.replace('strength }) => ({', 'strength }) => {{'));
    await workbench.codeLens('1 problem to fix before it can run').waitFor();
    change('mine.ts', METHOD);
    await workbench.codeLens('1 problem').waitFor({ state: 'detached' });

    await workbench.codeLens('Run all').click();
    const panel = new Panel(workbench);
    await panel.allDone(1);
    await workbench.codeLens(/% · forgets [\d.]+ %$/).waitFor();
    change('lib/share.ts', HELPER.replace('/ 2', '/ 3'));
    await workbench.codeLens(/% \(stale: its code has changed since: 1 earlier run\)$/).waitFor();
    await panel.row('mine').filter({ hasText: 'its code has changed since: 1 earlier run' }).waitFor();

    change('lib/share.ts', 'export const = 3;\n');
    await workbench.codeLens('1 problem to fix before it can run').waitFor();
    await panel.notices.filter({ hasText: 'There are errors in ./mine.ts.' }).waitFor();
    await workbench.screenshot('own-lenses');
    change('lib/share.ts', HELPER);
    await workbench.codeLens(/% · forgets [\d.]+ %$/).waitFor();
    await panel.allDone(1);
  });
});
