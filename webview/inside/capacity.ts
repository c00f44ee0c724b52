import { html } from 'lit';
import { formatPercent } from '../../src/core/format';
import { t } from '../strings';
import { namesOf, viewsAt, type Drawer } from './drawn';
import { outlookOf, type Outlook } from './outlook';
import type { ViewFor } from './panels';
import { formatAmount } from './numbers';
import { rowsOf, taskAxis } from './rows';
import { stacksOf } from './stacks';
import { saidOf, taskHead } from './words';

type Layer = Omit<ViewFor<'capacity'>['layers'][number], 'name'>;

const ownedBy = ({ perTask }: Layer): number => perTask.reduce((sum, n) => sum + n, 0);
const sizeOf = (layer: Layer): number => layer.free + ownedBy(layer);
const freeShare = (layer: Layer): number => (sizeOf(layer) === 0 ? 0 : layer.free / sizeOf(layer));

/** What each task owns of a layer. */
const sharesOf = (layer: Layer | undefined): number[] | undefined =>
  layer?.perTask.map((n) => n / Math.max(1, sizeOf(layer)));

/** All layers together. */
export function wholeOf({ layers }: ViewFor<'capacity'>): Layer {
  const owners = Math.max(0, ...layers.map(({ perTask }) => perTask.length));
  return {
    free: layers.reduce((sum, { free }) => sum + free, 0),
    perTask: Array.from({ length: owners }, (_, task) =>
      layers.reduce((sum, { perTask }) => sum + (perTask[task] ?? 0), 0),
    ),
  };
}

/** Who owns what: a stack for each task, the oldest owner at the bottom, what is free above. */
export const capacityDrawer: Drawer<'capacity'> = {
  how: () => t('insideHowCapacity'),
  quantity: ({ unit }) => unit,
  draw(drawn) {
    const { tasks, task, sequence, view, pick } = drawn;
    const views = viewsAt(drawn);
    const names = namesOf(views.map((one) => one?.layers));
    const ofName = (name: string) => views.map((one) => one?.layers.find((layer) => layer.name === name));
    const whole = { name: t('insideAllLayers'), layers: views.map((one) => one && wholeOf(one)) };
    const rows = [...(names.length > 1 ? [whole] : []), ...names.map((name) => ({ name, layers: ofName(name) }))];
    const chosen = tasks.indexOf(task);
    const before = sequence.views.filter((one) => one.task <= task).map((one) => wholeOf(one.view));
    return html`${rowsOf({
        label: this.words(drawn),
        rows: rows.map(({ name, layers }) => {
          const now = layers[chosen];
          return {
            name,
            marks: stacksOf(layers.map(sharesOf)),
            value: now ? t('insideFree', { share: formatPercent(freeShare(now)) }) : '',
          };
        }),
        ...{ columns: tasks.length, chosen, axis: taskAxis(tasks, task) },
        onPick: (column) => pick(tasks[column] ?? task),
      })}
      <p class="aside">${outlookWords(outlookOf(before), sizeOf(wholeOf(view)), view.unit)}</p>`;
  },
  words: ({ sequence, task, view }) =>
    saidOf(
      sequence.label,
      task,
      view.layers.map((layer) => `${layer.name} ${t('insideFree', { share: formatPercent(freeShare(layer)) })}`),
    ),
  table({ view, task }) {
    const owners = Math.max(0, ...view.layers.map(({ perTask }) => perTask.length));
    const shown = Math.min(owners, MOST_OWNERS);
    return {
      head: [
        taskHead(task),
        t('insideFreeHead'),
        ...Array.from({ length: shown }, (_, k) => t('insideTaskHead', { n: k + 1 })),
      ],
      rows: view.layers.map(({ name, free, perTask }) => [
        name,
        formatAmount(free),
        ...Array.from({ length: shown }, (_, k) => formatAmount(perTask[k] ?? 0)),
      ]),
    };
  },
};

/** Columns of the table. */
const MOST_OWNERS = 40;

function outlookWords(outlook: Outlook, size: number, unit: string): string {
  const of = formatAmount(size, unit);
  switch (outlook.kind) {
    case 'full':
      return t('insideFull', { size: of });
    case 'share':
      return t('insideFullShare', { size: of, share: formatPercent(outlook.share, 0), n: outlook.tasks });
    case 'amount':
      return t('insideFullAmount', { size: of, n: outlook.tasks });
    case 'unknown':
      return t('insideFullUnknown', { size: of });
  }
}
