import { html, nothing, svg, type TemplateResult } from 'lit';
import { oneLine } from '../../src/core/visibleText';
import { t } from '../strings';
import { viewBefore, type Drawer } from './drawn';
import { formatAmount, unitText } from './numbers';
import type { ViewFor } from './panels';
import { saidOf } from './words';

type View = ViewFor<'tree'>;
interface Placed {
  readonly node: View['nodes'][number];
  readonly depth: number;
  /** Of each level above its own, from the root's children on, and of its own: whether a line goes on below this node. */
  readonly goesOn: readonly boolean[];
  readonly hasChildren: boolean;
}

/** Nodes that are drawn; the table has the others. */
const MOST_NODES = 60;
/** Levels that are set in; what lies deeper stands as far in. */
const MOST_DEPTH = 8;
/** Width of a level, in pixels. */
const LEVEL = 16;
/** Size of the mark of a node. */
const RADIUS = 3.5;

/** Every node below its parent, with its depth. Parents stand before their children, so nothing goes in circles. */
export function placed({ nodes }: View): Placed[] {
  const children = new Map<number | null, number[]>();
  nodes.forEach(({ parent }, i) => children.set(parent, [...(children.get(parent) ?? []), i]));
  const found: Placed[] = [];
  const roots = children.get(null) ?? [];
  const rest = roots.toReversed().map((i) => ({ i, depth: 0, goesOn: [] as readonly boolean[] }));
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { i, depth, goesOn } = next;
    const node = nodes[i];
    const own = children.get(i) ?? [];
    if (node) found.push({ node, depth, goesOn, hasChildren: own.length > 0 });
    for (const child of own.toReversed())
      rest.push({ i: child, depth: depth + 1, goesOn: [...goesOn, child !== own.at(-1)] });
  }
  return found;
}

/** The lines of the tree beside one node: from its parent to it, past it to those further down, and to its own children. */
function branches({ depth, goesOn, hasChildren }: Placed, isNew: boolean): TemplateResult {
  const column = (level: number) => (Math.min(MOST_DEPTH, level) + 0.5) * LEVEL;
  const past = goesOn.flatMap((on, level) => (on && level < MOST_DEPTH ? [column(level)] : []));
  const [x, parent] = [column(depth), depth === 0 ? undefined : column(depth - 1)];
  return html`<svg class="branches" width=${column(depth) + LEVEL / 2} aria-hidden="true">
    ${past.map((at) => svg`<line x1=${at} x2=${at} y1="0" y2="100%" />`)}
    ${
      parent === undefined || parent === x
        ? nothing
        : svg`<line x1=${parent} x2=${parent} y1="0" y2="50%" /><line x1=${parent} x2=${x} y1="50%" y2="50%" />`
    }
    ${hasChildren && depth < MOST_DEPTH ? svg`<line x1=${x} x2=${x} y1="50%" y2="100%" />` : nothing}
    <circle class=${isNew ? 'new' : nothing} cx=${x} cy="50%" r=${RADIUS} />
  </svg>`;
}

/** A bar for each number of a node, as long as it is of the largest, and the number. */
const amounts = ({ quantities }: View, { values }: View['nodes'][number], most: readonly number[]) =>
  quantities.map(({ name, unit }, i) => {
    const largest = most[i] ?? 0;
    const share = largest > 0 ? Math.abs(values[i] ?? 0) / largest : 0;
    return html`<span class="amount" title=${name}>
      <svg class="bar" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        ${share > 0 ? svg`<rect width=${share} height="1" />` : nothing}
      </svg>
      <span class="strip-value">${formatAmount(values[i], unit)}</span>
    </span>`;
  });

/** The largest number of each quantity. */
const mostOf = ({ quantities, nodes }: View): number[] =>
  quantities.map((_, i) => nodes.reduce((most, { values }) => Math.max(most, Math.abs(values[i] ?? 0)), 0));

const valuesText = ({ quantities }: View, { values }: View['nodes'][number]): string =>
  quantities.map(({ unit }, i) => formatAmount(values[i], unit)).join(' · ');

/** Parts that grew out of each other, as the lines of a tree, with what each costs as bars; what came with the task is marked. */
export const treeDrawer: Drawer<'tree'> = {
  how: () => t('insideHowTree'),
  quantity: ({ quantities }) =>
    quantities.map(({ name, unit }) => `${name}${unitText(unit) && ` (${unit})`}`).join(' · '),
  draw(drawn) {
    const { view, sequence, task } = drawn;
    const known = new Set(viewBefore(drawn)?.nodes.map(({ label }) => label));
    const [nodes, most] = [placed(view), mostOf(view)];
    const isNew = ({ node }: Placed) => known.size > 0 && !known.has(node.label);
    return html`<ul class="tree" aria-label=${t('insideTree', { label: sequence.label, n: task + 1 })}>
        ${nodes.slice(0, MOST_NODES).map(
          (one) =>
            html`<li>
              ${branches(one, isNew(one))}
              <span class="node"
                >${oneLine(one.node.label)}
                ${isNew(one) ? html`<span class="chip">${t('insideNew')}</span>` : nothing}</span
              >
              ${amounts(view, one.node, most)}
            </li>`,
        )}
      </ul>
      ${nodes.length > MOST_NODES ? html`<p class="aside">${t('insideMoreRows', { n: nodes.length - MOST_NODES })}</p>` : nothing}`;
  },
  words: ({ sequence, task, view }) =>
    saidOf(
      sequence.label,
      task,
      placed(view).map(({ node }) => `${node.label} ${valuesText(view, node)}`),
    ),
  table: ({ view }) => ({
    head: [
      t('insideNode'),
      t('insideParent'),
      ...view.quantities.map(({ name, unit }) => `${name}${unitText(unit) && ` (${unit})`}`),
    ],
    rows: placed(view).map(({ node: { label, parent, values } }) => [
      label,
      parent === null ? '' : (view.nodes[parent]?.label ?? ''),
      ...view.quantities.map((_, i) => formatAmount(values[i])),
    ]),
  }),
};
