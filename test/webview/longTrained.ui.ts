// 500 tasks that were really learned, by small networks: every section of the dashboard shows what their logs have.
import { execFile } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src/core/parse';
import { viewOf } from '../../src/dashboard/view';
import { RunStore } from '../../src/runs/index';
import { runsIn } from '../ui/runsOnDisk';
import { accessibilityFindings, seriousFindings } from '../vscode/accessibility';
import { REPOSITORY } from '../vscode/installation';
import { DashboardPage } from './dashboardPage';
import type { LoggedRun } from './loggedRuns';

const skip = process.env['LETHE_NO_VSCODE_HOST'] !== undefined;
const TASKS = 500;
const FILE = 'long.lethe.json';

// As the protocols of long streams: one look at each example, answers asked for.
const text = JSON.stringify({
  name: 'Five hundred tasks',
  stream: { kind: 'permuted', tasks: TASKS, scenario: 'domain', identityFirst: false },
  network: { hidden: [10, 8] },
  training: { optimizer: 'sgd', learningRate: 0.05, batchSize: 10, samplesPerTask: 40, sampling: 'drawn' },
  evaluation: { points: 0, matrixTasks: 10, matrixSamples: 20, keep: 'last', answers: true },
  ...{ seeds: 1, bounds: false, methods: [{ method: 'none' }, { method: 'continual-backprop' }] },
});

describe.skipIf(skip)('500 tasks that were learned', () => {
  const workspace = mkdtempSync(path.join(tmpdir(), 'lethe-long-'));
  let dashboard: DashboardPage;

  beforeAll(async () => {
    mkdirSync(path.join(workspace, '.lethe'));
    writeFileSync(path.join(workspace, FILE), text);
    const cli = path.join(REPOSITORY, 'dist', 'cli.js');
    await promisify(execFile)(process.execPath, [cli, 'run', FILE, '--no-report'], { cwd: workspace });
    dashboard = await DashboardPage.open();
    const { experiment } = parseExperiment(text);
    if (!experiment) throw new Error('The experiment has errors');
    const [file, uri] = [FILE, `file:///ws/${FILE}`];
    await dashboard.snapshot(await loggedRuns(), {}, viewOf(experiment, { file, uri, trusted: true, thumbnails: {} }));
  });
  afterAll(async () => {
    await dashboard.close();
    rmSync(workspace, { recursive: true });
  });

  async function loggedRuns(): Promise<LoggedRun[]> {
    const store = new RunStore(workspace, { dist: '' });
    const runs = await runsIn(workspace);
    return Promise.all(
      runs.map(async ({ manifest, status }) => {
        const { events } = await store.eventsOf(manifest.id);
        return { manifest, status, events, malformed: 0, unknownTypes: [] };
      }),
    );
  }

  it.each([590, 1280])('fit every section at %i pixels, with names that do not touch', async (width) => {
    await dashboard.page.setViewportSize({ width, height: 900 });
    for (const section of ['answer', 'curves', 'why', 'inside', 'details'] as const) {
      await dashboard.show(section);
      await dashboard.screenshot(`long-trained-${section}-${width}`);
      const { scroll, elements } = await dashboard.page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        elements: document.querySelectorAll('*').length,
      }));
      expect(scroll, section).toBeLessThanOrEqual(width);
      expect(elements, section).toBeLessThan(4000);
      expect(seriousFindings(await accessibilityFindings(dashboard.page.mainFrame())), section).toEqual([]);
      expect(await dashboard.page.evaluate(touchingTexts), section).toEqual([]);
    }
    expect(dashboard.faults).toEqual([]);
  });

  it('say in each section what was measured', async () => {
    const sees = async (section: Parameters<DashboardPage['show']>[0], ...texts: (string | RegExp)[]) => {
      await dashboard.show(section);
      const shown = dashboard.page.locator(`[data-section=${section}]`);
      for (const one of texts) await shown.getByText(one).first().waitFor();
    };
    await sees('answer', 'Continual backprop', /of 500 tasks/);
    await sees('curves', 'T449');
    await sees('why', 'Where the answers go', 'after task 500', 'What classes are taken for', 'Forgotten images');
    await sees('inside', 'Dormant units of each layer', 'Effective rank of what each layer passes on');
    await sees('inside', 'Mean magnitude of the weights', 'Units replaced in the task');
    await sees('details', 'domain-incremental · 2 methods × 1 seed');
  });
});

/** Runs in the page: of each chart of shares the names below it that touch their neighbours. */
function touchingTexts(): string[] {
  return [...document.querySelectorAll('svg.trend')].flatMap((chart) => {
    const names = [...chart.querySelectorAll('text.edge')]
      .filter(({ textContent }) => /^T\d/.test(textContent))
      .map((text) => ({ name: text.textContent, box: text.getBoundingClientRect() }));
    return names.flatMap(({ name, box }, i) => {
      const before = names[i - 1];
      return before && before.box.right + 2 > box.left ? [`${before.name} ${name}`] : [];
    });
  });
}
