import { describe, expect, it } from 'vitest';
import type { DashboardView } from '../src/core/messages';
import type { RunWithHistory } from '../src/core/run';
import { answerWords } from '../webview/answerWords';
import type { SectionContext } from '../webview/sections/section';
import { variantsOf } from '../webview/variants';
import { recordings } from './recordings/recordings';

/** The answer that the dashboard gives to recorded runs, those of the methods that are named. */
function answerTo(
  prefix: string,
  keys: readonly string[],
  seeds = [1],
  change = (run: RunWithHistory) => [run],
): string[] {
  const runs = recordings('split-mnist', `${prefix}-`)
    .filter(({ manifest }) => keys.includes(manifest.variant.key) && seeds.includes(manifest.seed))
    .flatMap(change);
  const byKey = new Map(runs.map(({ manifest }) => [manifest.variant.key, manifest]));
  const view: DashboardView = {
    ...{ name: 'x', seeds, trusted: true, scenario: prefix as 'class' },
    variants: keys.map((key) => {
      const { label = key, hash = '' } = byKey.get(key)?.variant ?? {};
      const only = key === 'packnet' ? { taskAwareOnly: 'It must be told the task.' } : {};
      return { key, label, hash, methods: key.split('+'), differs: [], ...only };
    }),
  };
  const all = variantsOf({ view, runs: new Map(runs.map((run) => [run.manifest.id, run])), seq: 1 });
  const labels = ['0, 1', '2, 3', '4, 5', '6, 7', '8, 9'];
  const context = { view, all, variants: all, labels } as unknown as SectionContext;
  return answerWords(context).map(({ lead, subject, text }) => [lead, subject, text].filter(Boolean).join(' '));
}

/** On real runs, one network a method, all of Split MNIST. */
describe('the answer in sentences', () => {
  it('says which method forgets least, which tasks are lost, and why EWC stays at 20 %', () => {
    const said = answerTo('class', ['none', 'joint', 'ewc', 'packnet', 'replay', 'sleep']);
    expect(said[0]).toMatch(
      /^Of 3 remedies that are not told which task an image is of, Replay forgets least \(\d\.\d %\) and is the most accurate \(9\d\.\d %\)\. It closes 9\d % of the gap from None \((19|20) %\) to Joint \(9\d %\)\. It needs \d{3} kB of memory\.$/,
    );
    const ewc = said.find((text) => text.startsWith('EWC: '));
    expect(ewc).toMatch(
      /^EWC: loses every task but the newest\. 98 % when told the task, 2\d % when not: the newest outputs/,
    );
    expect(said.find((text) => text.startsWith('PackNet: '))).toMatch(
      /but only when told the task: nothing is forgotten\. † Its gap: from None \(\d\d %\) to Joint \(9\d %\), told it too\.$/,
    );
    // The best has been spoken of.
    expect(said.filter((text) => /\bReplay\b/.test(text))).toHaveLength(1);
  });

  it('names the lost tasks', () => {
    const said = answerTo('class', ['none', 'joint', 'sleep']);
    expect(said.find((text) => text.startsWith('Sleep (SRC): '))).toMatch(
      /^Sleep \(SRC\): loses 3 of 4 old tasks: T\d \d\d % → \d+ %, .+\. 8\d % when told/,
    );
  });

  it('says how far seeds lie apart', () => {
    const twice = (run: RunWithHistory): RunWithHistory[] => {
      const rows = run.state.rows.map((row) => ({
        ...row,
        accuracy: row.accuracy.map((value) => value && value / 2),
      }));
      const manifest = { ...run.manifest, seed: 2, id: `${run.manifest.id}-half` };
      return [run, { ...run, manifest, state: { ...run.state, rows } }];
    };
    const [, sleep] = answerTo('class', ['none', 'joint', 'sleep'], [1, 2], twice);
    expect(sleep).toMatch(/^Sleep .+ Single seeds reach 19 % to 38 %\.$/);
  });

  it('names no winner while a remedy lacks a run', () => {
    const [first] = answerTo('class', ['none', 'ewc', 'replay'], [1, 2]);
    expect(first).toMatch(/^Of 2 remedies Replay so far forgets least .+; others lack runs\.$/);
  });

  it('of one remedy alone says what it reaches', () => {
    const [first, second] = answerTo('domain', ['none', 'joint', 'ewc']);
    expect(first).toMatch(/^EWC reaches \d\d\.\d % and forgets \d+\.\d %\./);
    expect(second).toMatch(/^EWC: loses /);
  });

  it('explains of many remedies only the two weakest', () => {
    const copies = Array.from({ length: 8 }, (_, i) => `ewc-${i}`);
    const many = (run: RunWithHistory): RunWithHistory[] => {
      const { manifest } = run;
      if (manifest.variant.key !== 'ewc') return [run];
      return ['ewc', ...copies].map((key) => {
        const variant = { ...manifest.variant, key, label: key, hash: key };
        return { ...run, manifest: { ...manifest, id: `${manifest.id}-${key}`, variant } };
      });
    };
    const said = answerTo('class', ['none', 'joint', 'ewc', 'replay', ...copies], [1], many);
    expect(said[0]).toMatch(/^Of 10 remedies Replay forgets least/);
    expect(said.filter((text) => /^ewc(-\d)?: /.test(text))).toHaveLength(2);
  });

  it('is silent before anything is done', () => {
    expect(answerTo('class', ['somewhere'])).toEqual([]);
  });
});
