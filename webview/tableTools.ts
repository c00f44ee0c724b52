import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { menu, menuChoice, menuItem } from './menu';
import type { SectionContext } from './sections/section';
import { selectionChips } from './pinned';
import { t } from './strings';
import { choosableColumns, isMeasure, type Column } from './tableModel';
import { hintOf, titleOf } from './titles';
import { variantMenu } from './variantMenu';

/** What is shown: variants, seeds, columns, and what was hidden or pinned. @param ownMenu of the panel */
export function tableTools(
  context: SectionContext,
  columns: readonly Column[],
  ownMenu: TemplateResult,
): TemplateResult {
  const { view } = context;
  return html`<div class="tools">
    ${selectionChips(context)} ${variantMenu(context)}
    ${view.seeds.length > 1 ? guard([view, context.selection], () => seedMenu(context)) : nothing}
    ${menu({ name: 'columns', label: t('columns'), atEnd: true, items: columnChoices(context, columns) })} ${ownMenu}
  </div>`;
}

function seedMenu({ view, selection, select }: SectionContext): TemplateResult {
  const { seeds } = view;
  const chosen = selection.seeds ?? seeds;
  const label = chosen.length < seeds.length ? t('seedsChosen', { n: chosen.length, of: seeds.length }) : t('seedsAll');
  const toggle = (seed: number, on: boolean) => {
    const next = seeds.filter((other) => (other === seed ? on : chosen.includes(other)));
    select({ seeds: next.length === seeds.length || next.length === 0 ? undefined : next });
  };
  return menu({
    name: 'seeds',
    label,
    atEnd: true,
    items: [
      ...seeds.map((seed) =>
        menuChoice({
          name: `seed-${seed}`,
          label: t('seedName', { seed: String(seed) }),
          checked: chosen.includes(seed),
          disabled: chosen.length === 1 && chosen.includes(seed),
          onChange: (on) => toggle(seed, on),
        }),
      ),
      menuItem({ name: 'allSeeds', label: t('seedsAll'), onClick: () => select({ seeds: undefined }) }),
    ],
  });
}

function columnChoices({ all, select }: SectionContext, columns: readonly Column[]): TemplateResult[] {
  const isKnown = (column: Column) =>
    columns.includes(column) ||
    !isMeasure(column) ||
    all.some(({ row }) => row.seedsDone === 0 || Number.isFinite(row.measures[column].mean));
  return [
    ...choosableColumns.filter(isKnown).map((column) =>
      menuChoice({
        name: column,
        label: titleOf(column),
        title: hintOf(column),
        checked: columns.includes(column),
        onChange: (on) =>
          select({ columns: choosableColumns.filter((other) => (other === column ? on : columns.includes(other))) }),
      }),
    ),
    menuItem({ name: 'firstColumns', label: t('columnsFirst'), onClick: () => select({ columns: undefined }) }),
  ];
}
