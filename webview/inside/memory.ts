import { html, nothing, svg, type TemplateResult } from 'lit';
import { formatBytes } from '../../src/core/format';
import { oneLine } from '../../src/core/visibleText';
import { t } from '../strings';
import { pictureCanvas } from '../why/picture';
import { viewAfter, viewsAt, type Drawer, type Drawn } from './drawn';
import { formatAmount } from './numbers';
import type { ViewFor } from './panels';
import { barsOf, endsAxis, rowsOf, taskAxis, type Row } from './rows';
import { stacksOf } from './stacks';
import { saidOf } from './words';

type View = ViewFor<'memory'>;

/** "200 of 200" */
const fillText = ({ count, capacity }: View): string =>
  capacity === undefined ? formatAmount(count) : t('insideOfCapacity', { n: count, of: capacity });

const factsOf = (view: View): string[] => [
  t('insideExamples', { n: fillText(view) }),
  oneLine(view.policy),
  ...(view.bytes === undefined ? [] : [formatBytes(view.bytes)]),
];

/** The examples that are kept: of which tasks, over the tasks; of which classes and how old, after one. */
export const memoryDrawer: Drawer<'memory'> = {
  how: () => t('insideHowMemory'),
  quantity: () => t('insideMemoryQuantity'),
  draw(drawn) {
    const { view } = drawn;
    return html`<p class="facts">${factsOf(view).join(' · ')}</p>
      ${ofTasks(drawn)}${barStrip(drawn, t('insideClasses'), view.perClass ?? [])}${agesAreTasks(view) ? nothing : barStrip(drawn, t('insideAges'), view.ages ?? [])}${imagesOf(drawn)}`;
  },
  words: ({ sequence, task, view }) => saidOf(sequence.label, task, factsOf(view)),
  table: ({ view: { examples, perClass, perTask, ages } }) =>
    examples
      ? {
          head: [t('insideExample'), t('insideTaskOf'), t('insideClass')],
          rows: examples.index.map((index, i) => [
            String(index),
            examples.task?.[i] === undefined ? '' : t('insideTaskHead', { n: (examples.task[i] ?? 0) + 1 }),
            String(examples.label?.[i] ?? ''),
          ]),
        }
      : {
          head: [t('insideGroup'), t('insideExamplesHead')],
          rows: [
            ...(perTask ?? []).map((n, task) => [t('insideTaskHead', { n: task + 1 }), formatAmount(n)]),
            ...(perClass ?? []).map((n, label) => [`${t('insideClass')} ${label}`, formatAmount(n)]),
            ...(ages ?? []).map((n, age) => [`${t('insideAges')} ${age}`, formatAmount(n)]),
          ],
        },
};

/** Examples that are shown as pictures. */
const MOST_PICTURES = 24;

/** Some of the examples as pictures, equally far apart in the memory, each with its label. */
function imagesOf({ view: { examples }, sequence: { run }, picturesOf }: Drawn<'memory'>) {
  if (!examples || run === undefined || examples.index.length === 0) return nothing;
  const { length } = examples.index;
  const shown = Math.min(MOST_PICTURES, length);
  const places = Array.from({ length: shown }, (_, i) => Math.floor((i * length) / shown));
  const of = (column: readonly number[]) => places.map((place) => column[place] ?? 0);
  const pictures = picturesOf({ run, index: of(examples.index), task: examples.task && of(examples.task) });
  if (typeof pictures === 'string') return html`<p class="aside">${t('insideNoPictures')}</p>`;
  const labels = examples.label && of(examples.label);
  return html`<ul class="kept" aria-label=${t('insideKeptImages')}>
    ${places.map((place, i) => {
      const picture = pictures?.[i];
      const words = t('insideKeptImage', { index: String(examples.index[place] ?? 0), label: labels?.[i] ?? '–' });
      return html`<li title=${words}>
        ${picture ? pictureCanvas(picture) : html`<span class="no-picture" aria-hidden="true"></span>`}
        <span class="visually-hidden">${words}</span>
        <span aria-hidden="true">${labels?.[i] ?? nothing}</span>
      </li>`;
    })}
  </ul>`;
}

/** Where each example came with its task, ages say nothing new. */
const agesAreTasks = ({ ages, perTask = [] }: View): boolean =>
  ages === undefined || ages.toReversed().join() === perTask.slice(0, ages.length).join();

function ofTasks(drawn: Drawn<'memory'>): TemplateResult | typeof nothing {
  const { all, tasks, task, pick, view } = drawn;
  const views = viewsAt(drawn);
  if (views.every((one) => one?.perTask === undefined)) return nothing;
  const shown = all.flatMap((sequence) => tasks.flatMap((one) => viewAfter<'memory'>(sequence, one) ?? []));
  const most = Math.max(1, ...shown.map(({ count, capacity = 0 }) => Math.max(count, capacity)));
  const columns = views.map((one) => one && (one.perTask ?? []).map((n) => n / most));
  const chosen = tasks.indexOf(task);
  return rowsOf({
    label: memoryDrawer.words(drawn),
    rows: [{ name: t('insideByTask'), marks: stacksOf(columns), value: formatAmount(view.count) }],
    ...{ columns: tasks.length, chosen, tall: true, axis: taskAxis(tasks, task) },
    onPick: (column) => pick(tasks[column] ?? task),
  });
}

/** Counts as bars, over all that have one. */
function barStrip({ view, sequence, task }: Drawn<'memory'>, name: string, counts: readonly number[]) {
  // Behind the last class that is there nothing is to be seen.
  const end = counts.findLastIndex((n) => n > 0) + 1;
  if (end === 0) return nothing;
  const used = counts.slice(0, end);
  const most = Math.max(...used);
  const row: Row = {
    name,
    marks: svg`<path class="bar" d=${barsOf(used.map((n) => (n > 0 ? [0, n / most] : undefined)))} />`,
    value: t('insideUpTo', { n: most }),
  };
  const axis =
    end <= 12
      ? html`<span class="axis columns">${used.map((_, i) => html`<span>${i}</span>`)}</span>`
      : endsAxis('0', String(end - 1));
  const label = saidOf(
    `${sequence.label}, ${name}`,
    task,
    used.map((n, i) => `${i}: ${n}`),
  );
  return view.count > 0 ? rowsOf({ label, rows: [row], columns: end, axis }) : nothing;
}
