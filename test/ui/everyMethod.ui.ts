// Every method from the CodeLens of the packaged extension, on all of MNIST: with `npm run test:methods`, which takes a
// quarter of an hour with native TensorFlow. Every part of it that other tests have runs without it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { scenarios } from '../../src/core/methods/card';
import { cardOf, methodIds } from '../../src/core/methods/index';
import { uiTest, withHost } from '../vscode/harness';
import { Panel } from './panel';
import { folderWith } from './recipes';
import { resultsOf, runsIn } from './runsOnDisk';

const HOUR = 3_600_000;
const ENDED = ['done', 'failed', 'stopped'];

const methodsOf = (runs: Awaited<ReturnType<typeof runsIn>>) =>
  new Set(runs.flatMap(({ manifest }) => manifest.spec.methods.map(({ method }) => method)));

describe.skipIf(!process.env['LETHE_TEST_METHODS'])('every method, from the lens to its result', () => {
  uiTest.each(scenarios)(
    '%s-incremental',
    async (scenario) => {
      const file = `every-method-${scenario}.lethe.json`;
      const whole = readFileSync(path.join(import.meta.dirname, '..', '..', 'examples', file), 'utf8');
      const text = whole.replace(/"seeds": \d+/, '"seeds": 1');
      expect(text).not.toBe(whole);
      const options = { workspace: folderWith({ [file]: text }), trusted: true };
      await withHost(`every-method-${scenario}`, options, async (host) => {
        const workbench = await host.openWindow();
        await workbench.openFile(file);
        await workbench.codeLens('Run all').click({ timeout: 60_000 });
        const panel = new Panel(workbench);
        await panel.drawn();
        const { experiment } = await resultsOf(host.workspace, file);
        const unfinished = async () => {
          const runs = await runsIn(host.workspace);
          return experiment.variants.length - runs.filter(({ status }) => ENDED.includes(status)).length;
        };
        await expect.poll(unfinished, { timeout: HOUR, interval: 10_000 }).toBe(0);
        const runs = await runsIn(host.workspace);
        const failed = runs.filter(({ status }) => status !== 'done');
        expect(failed.map(({ manifest, state }) => [manifest.variant.label, state.error])).toEqual([]);
        const { rows } = await resultsOf(host.workspace, file);
        for (const { label, taskAwareOnly, measures } of rows)
          expect([label, (taskAwareOnly ? measures.taskAwareAccuracy : measures.accuracy).n]).toEqual([label, 1]);
        const all = methodIds.filter((id) => cardOf(id).scenarios[scenario].fit !== 'undefined');
        expect(all.filter((id) => !methodsOf(runs).has(id))).toEqual([]);
        await panel.allDone(runs.length);
        await workbench.screenshot(`every-method-${scenario}`);
        expect(host.browser.cspViolations).toEqual([]);
      });
    },
    1.5 * HOUR,
  );
});
