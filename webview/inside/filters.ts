import { html, nothing, type TemplateResult } from 'lit';
import { choice } from '../controls';
import { t } from '../strings';
import { groupTitles, type Group, type PanelGroup } from './groups';

/** What is shown of all panels; everything where both are left out. */
export interface Filter {
  /** Key of a variant. */
  readonly variant?: string | undefined;
  readonly group?: Group | undefined;
}

export interface FilterOptions {
  readonly filter: Filter;
  /** Variants with something to see. */
  readonly variants: readonly { readonly key: string; readonly label: string }[];
  /** Of the variants that are shown. */
  readonly groups: readonly PanelGroup[];
  readonly onFilter: (filter: Filter) => void;
}

/** Finds the panels of one method: where there are several. */
export function methodChoice({ filter, variants, onFilter }: FilterOptions): TemplateResult | typeof nothing {
  if (variants.length < 2) return nothing;
  return choice({
    name: 'insideVariant',
    label: t('insideMethods'),
    value: filter.variant ?? '',
    options: [['', t('insideAllMethods')], ...variants.map(({ key, label }) => [key, label] as const)],
    onChange: (key) => onFilter({ ...filter, variant: key === '' ? undefined : key }),
  });
}

/** Finds the panels of one kind: a button for each that there is, with how many it has. */
export function groupButtons({ filter, groups, onFilter }: FilterOptions): TemplateResult | typeof nothing {
  if (groups.length < 2) return nothing;
  const item = (group: Group | undefined, text: string, count: number) =>
    html`<button
      class="pick"
      data-group=${group ?? 'all'}
      aria-pressed=${filter.group === group ? 'true' : 'false'}
      @click=${() => onFilter({ ...filter, group })}
    >
      ${text} <span class="count">${count}</span>
    </button>`;
  const all = groups.reduce((sum, { panels }) => sum + panels.length, 0);
  return html`<div class="picks" role="group" aria-label=${t('insideKinds')}>
    ${item(undefined, t('insideAllKinds'), all)}
    ${groups.map(({ group, panels }) => item(group, t(groupTitles[group]), panels.length))}
  </div>`;
}
