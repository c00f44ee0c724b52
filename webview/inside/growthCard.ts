import { html, nothing, type TemplateResult } from 'lit';
import { oneLine } from '../../src/core/visibleText';
import type { Host } from '../host';
import type { Alone } from '../panel/alone';
import { csvText } from '../panel/csv';
import { panelMenu } from '../panel/panelMenu';
import { listOfLists, t } from '../strings';
import { columnsOf, type Table } from './drawn';
import { hasGrown, sizesOf, type SizeAfter, type SizedVariant } from './growth';
import { formatAmount } from './numbers';
import { rowsOf, taskAxis } from './rows';
import { stacksOf } from './stacks';
import { tableTwin } from './tableTwin';

export const GROWTH = 'network over time';

export interface GrowthOptions {
  /** The task that is looked after; the last one of each where left out. */
  readonly task: number | undefined;
  readonly pick: (task: number) => void;
  /** Whether its numbers are shown. */
  readonly isOpen: boolean;
  readonly onToggle: (open: boolean) => void;
  readonly alone: Alone;
  readonly host: Pick<Host, 'act'>;
}

/** A network that grew, of one run. */
interface Grower {
  readonly label: string;
  readonly sizes: readonly SizeAfter[];
}

/** Of each variant the first run whose network grew. */
function growersOf(variants: readonly SizedVariant[]): Grower[] {
  return variants.flatMap(({ label, kind, runs }) => {
    const run = runs.find(hasGrown);
    const sizes = run ? sizesOf(run, kind).filter(({ layers }) => layers !== undefined) : [];
    if (!run || sizes.length === 0) return [];
    return [{ label: t('runName', { label, seed: String(run.manifest.seed) }), sizes }];
  });
}

/** Networks that grow, layer above layer and task after task: who brought which units. */
export function growthCard(
  variants: readonly SizedVariant[],
  { task, pick, isOpen, onToggle, alone, host }: GrowthOptions,
): TemplateResult | typeof nothing {
  const growers = growersOf(variants);
  if (growers.length === 0) return nothing;
  const title = t('networkOverTime');
  return html`<article
    class="card inside-panel wide"
    data-kind="network"
    data-panel-root=${GROWTH}
    aria-labelledby="inside-network"
  >
    <div class="card-head">
      <h3 id="inside-network"><span class="label">${title}</span> <span class="aside">${t('networkUnits')}</span></h3>
      ${panelMenu({ ...{ id: GROWTH, title, alone, host }, data: () => growthCsv(growers) })}
    </div>
    <p class="note">${t('networkHow')}</p>
    <div class="pictures">
      ${growers.map(
        (grower) =>
          html`<div class="picture">
            <h4>${oneLine(grower.label)}</h4>
            ${picture(grower, task, pick)}
          </div>`,
      )}
    </div>
    <details ?open=${isOpen} @toggle=${(event: Event) => onToggle((event.target as HTMLDetailsElement).open)}>
      <summary>${t('showTable')}<span class="visually-hidden">${t('afterColon', { title })}</span></summary>
      ${isOpen ? growers.map((grower) => tableTwin(tableOf(grower), oneLine(grower.label))) : nothing}
    </details>
  </article>`;
}

const unitsOf = ({ layers }: SizeAfter, name: string): number => layers?.find((one) => one.name === name)?.units ?? 0;

/** The layers of a network, that of the outputs first: so it stands on its inputs. */
const layersOf = (sizes: readonly SizeAfter[]): string[] =>
  [...new Set(sizes.flatMap(({ layers = [] }) => layers.map(({ name }) => name)))].reverse();

function picture({ sizes }: Grower, task: number | undefined, pick: (task: number) => void): TemplateResult {
  const last = sizes.at(-1);
  const now = sizes.findLast((one) => one.task <= (task ?? Infinity)) ?? last;
  const tasks = columnsOf(
    sizes.map((one) => one.task),
    now?.task ?? 0,
  );
  const names = layersOf(sizes);
  const most = sizes.reduce((top, one) => Math.max(top, ...names.map((name) => unitsOf(one, name))), 1);
  const rows = names.map((name) => ({
    name,
    marks: stacksOf(tasks.map((after) => broughtBy(sizes, name, after).map((units) => units / most))),
    value: formatAmount(now && unitsOf(now, name)),
  }));
  const said = names.map((name) => `${name}: ${formatAmount(now && unitsOf(now, name))}`);
  return html`${rowsOf({
    ...{ label: listOfLists(said), rows, columns: tasks.length, chosen: tasks.indexOf(now?.task ?? -1) },
    axis: taskAxis(tasks, now?.task ?? 0),
    onPick: (column) => pick(tasks[column] ?? now?.task ?? 0),
  })}
  ${now ? html`<p class="aside">${t('networkSize', { n: now.task + 1, parameters: formatAmount(now.parameters) })}</p>` : nothing}`;
}

/** Of the units of a layer after a task, how many each task up to it brought: what it had at first counts as the first's. */
function broughtBy(sizes: readonly SizeAfter[], name: string, after: number): number[] {
  const brought: number[] = [];
  let before = 0;
  for (const one of sizes) {
    if (one.task > after) break;
    const units = unitsOf(one, name);
    while (brought.length < one.task) brought.push(0);
    brought.push(Math.max(0, units - before));
    // A network may lose units, too: those that came last.
    for (let lost = before - units, i = brought.length - 1; lost > 0 && i >= 0; i--) {
      const gone = Math.min(lost, brought[i] ?? 0);
      brought[i] = (brought[i] ?? 0) - gone;
      lost -= gone;
    }
    before = units;
  }
  return brought;
}

function tableOf({ sizes }: Grower): Table {
  const names = layersOf(sizes).reverse();
  return {
    head: [t('networkAfter'), ...names, t('colParameters')],
    rows: sizes.map((one) => [
      String(one.task + 1),
      ...names.map((name) => formatAmount(unitsOf(one, name))),
      formatAmount(one.parameters),
    ]),
  };
}

/** A row for each task and layer; tasks from 1. */
const growthCsv = (growers: readonly Grower[]): string =>
  csvText(
    ['run', 'after_task', 'layer', 'units', 'parameters', 'accuracy', 'bytes'],
    growers.flatMap(({ label, sizes }) =>
      sizes.flatMap(({ task, layers = [], parameters, accuracy, bytes }) =>
        layers.map(({ name, units }) => [label, task + 1, name, units, parameters, accuracy, bytes]),
      ),
    ),
  );
