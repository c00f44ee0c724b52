// What the table of each kind of view has to say, computed from the view as it stands in the log.
import { expect } from 'vitest';
import { formatPercent } from '../../src/core/format';
import type { ReadView, ViewOf } from '../../src/core/mechanism';
import { formatAmount } from '../../webview/inside/numbers';
import type { LoggedRun } from '../webview/loggedRuns';
import type { Panel } from './panel';

type Kind = Exclude<ReadView['kind'], 'unknown'>;

/** A column of the table of a kind of view: its place, and its cells. */
const columns: { readonly [K in Kind]: readonly [place: number, cells: (view: ViewOf<K>) => readonly string[]] } = {
  // After the last task.
  layers: [-1, ({ layers }) => layers.map(({ value }) => formatAmount(value))],
  memory: [0, ({ examples }) => (examples?.index ?? []).map(String)],
  images: [0, ({ rows }) => rows.flatMap(({ images }) => images.map((_, i) => String(i + 1)))],
  capacity: [1, ({ layers }) => layers.map(({ free }) => formatAmount(free))],
  raster: [2, ({ rows }) => rows.map(({ spikes }) => formatAmount(sum(spikes)))],
  distribution: [
    1,
    ({ parts: [part] }) => {
      const { below = 0, counts = [], above = 0 } = part ?? {};
      const all = [below, ...counts, above];
      return all.map((n) => formatPercent(n / sum(all)));
    },
  ],
  angle: [4, ({ pairs }) => pairs.map(({ steps }) => formatAmount(steps))],
  spectrum: [
    1,
    ({ layers: [layer] }) => [
      `${layer?.kept ?? ''} of ${layer?.count ?? ''} kept`,
      ...(layer?.values ?? []).map((value) => formatAmount(value)),
    ],
  ],
  tree: [2, ({ nodes }) => nodes.map(({ values: [value] }) => formatAmount(value))],
};

export const kinds = Object.keys(columns) as Kind[];

/** Opens the numbers of the first panel of a kind, and compares them with the log of the first run that it shows. */
export async function seeTable(panel: Panel, kind: Kind, runs: readonly LoggedRun[]): Promise<void> {
  const card = panel.page.locator(`[data-kind=${kind}]`).first();
  const title = (await card.locator('h3 .label').textContent()) ?? '';
  const label = ((await card.locator('h4').first().textContent()) ?? '').trim();
  const view = lastView(runs, kind, title, label);
  await card.locator('> details:not(.menu) > summary').click();
  const [place, cells] = columns[kind] as (typeof columns)['layers'];
  const shown = card.locator('.twin').first().locator('tbody tr');
  await expect.poll(() => shown.count(), { message: kind }).toBeGreaterThan(0);
  const texts = await shown.evaluateAll(
    (rows, at) => rows.map((row) => [...row.children].at(at)?.textContent.trim() ?? ''),
    place,
  );
  expect(texts, `${kind}: ${title}, ${label}`).toEqual(cells(view as ViewOf<'layers'>));
  await card.locator('> details:not(.menu) > summary').click();
}

/** What a variant showed last under a title. */
function lastView(runs: readonly LoggedRun[], kind: Kind, title: string, label: string): ReadView {
  const own = runs.filter(({ manifest }) => manifest.seed === 1 && label.startsWith(manifest.variant.label));
  const views = own.flatMap(({ events }) => events.flatMap((event) => (event.type === 'mechanism' ? event.views : [])));
  const view = views.findLast((one) => one.kind === kind && one.title === title);
  if (!view) throw new Error(`${label} shows no ${kind} “${title}”`);
  return view;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
