import { svg } from 'lit';
import { t } from '../strings';
import { namesOf, viewAfter, viewsAt, type Drawer, type Drawn } from './drawn';
import { formatAmount, scaleOf, unitText, type Scale } from './numbers';
import { barsOf, dashesOf, rowsOf, taskAxis } from './rows';
import { saidOf, taskHead } from './words';

/** One for all that is drawn side by side. */
function scaleFor({ all, tasks }: Drawn<'layers'>): Scale {
  const shown = all.flatMap((sequence) => tasks.map((task) => viewAfter<'layers'>(sequence, task)));
  return scaleOf(shown.flatMap((view) => view?.layers.map(({ value }) => value) ?? []));
}

/** A number of each layer: bars over the tasks. */
export const layersDrawer: Drawer<'layers'> = {
  how: () => t('insideHowLayers'),
  isLog: (drawn) => scaleFor(drawn).isLog,
  quantity: ({ quantity, unit }) => `${quantity}${unitText(unit) && ` (${unit})`}`,
  draw(drawn) {
    const { tasks, task, pick } = drawn;
    const views = viewsAt(drawn);
    const scale = scaleFor(drawn);
    const ground = scale.isLog ? 0 : scale.at(0);
    const names = namesOf(views.map((view) => view?.layers));
    const rows = names.map((name) => {
      // Undefined where it is not there, null where it is and has no number.
      const values = views.map((view) => view?.layers.find((layer) => layer.name === name)?.value);
      const bars = values.map((value) =>
        value === null || value === undefined ? undefined : ([ground, scale.at(value)] as const),
      );
      return {
        name,
        marks: svg`<path class="bar" d=${barsOf(bars)} /><path class="missing" d=${dashesOf(values.map((value) => value === null))} />`,
        value: formatAmount(values[tasks.indexOf(task)]),
      };
    });
    const chosen = tasks.indexOf(task);
    return rowsOf({
      ...{ label: this.words(drawn), rows, chosen, columns: tasks.length, axis: taskAxis(tasks, task) },
      onPick: (column) => pick(tasks[column] ?? task),
    });
  },
  words: ({ sequence, task, view }) =>
    saidOf(
      sequence.label,
      task,
      view.layers.map(({ name, value }) => `${name} ${formatAmount(value, view.unit)}`),
    ),
  table(drawn) {
    const views = viewsAt(drawn);
    return {
      head: [t('insideLayer'), ...drawn.tasks.map(taskHead)],
      rows: namesOf(views.map((view) => view?.layers)).map((name) => [
        name,
        ...views.map((view) => formatAmount(view?.layers.find((layer) => layer.name === name)?.value)),
      ]),
    };
  },
};
