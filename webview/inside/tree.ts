import { html, nothing } from 'lit';
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
}

/** Nodes that are drawn; the table has the others. */
const MOST_NODES = 60;
/** Levels that are set in; what lies deeper stands as far in. */
const MOST_DEPTH = 8;

/** Every node below its parent, with its depth. Parents stand before their children, so nothing goes in circles. */
export function placed({ nodes }: View): Placed[] {
  const children = new Map<number | null, number[]>();
  nodes.forEach(({ parent }, i) => children.set(parent, [...(children.get(parent) ?? []), i]));
  const found: Placed[] = [];
  const rest = (children.get(null) ?? []).toReversed().map((i) => ({ i, depth: 0 }));
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { i, depth } = next;
    const node = nodes[i];
    if (node) found.push({ node, depth });
    for (const child of (children.get(i) ?? []).toReversed()) rest.push({ i: child, depth: depth + 1 });
  }
  return found;
}

const valuesText = ({ quantities }: View, { values }: View['nodes'][number]): string =>
  quantities.map(({ unit }, i) => formatAmount(values[i], unit)).join(' · ');

/** Parts that grew out of each other: a list that is set in; what came with the task is marked. */
export const treeDrawer: Drawer<'tree'> = {
  how: () => t('insideHowTree'),
  quantity: ({ quantities }) =>
    quantities.map(({ name, unit }) => `${name}${unitText(unit) && ` (${unit})`}`).join(' · '),
  draw(drawn) {
    const { view, sequence, task } = drawn;
    const known = new Set(viewBefore(drawn)?.nodes.map(({ label }) => label));
    const nodes = placed(view);
    return html`<ul class="tree" aria-label=${t('insideTree', { label: sequence.label, n: task + 1 })}>
        ${nodes.slice(0, MOST_NODES).map(
          ({ node, depth }) =>
            html`<li class="depth-${Math.min(MOST_DEPTH, depth)}">
              <span class="node">${oneLine(node.label)}</span>
              ${known.size > 0 && !known.has(node.label) ? html`<span class="chip">${t('insideNew')}</span>` : nothing}
              <span class="strip-value">${valuesText(view, node)}</span>
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
