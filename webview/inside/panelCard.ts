import { html, nothing, type TemplateResult } from 'lit';
import { oneLine } from '../../src/core/visibleText';
import { linkButton } from '../controls';
import type { Host } from '../host';
import type { Alone } from '../panel/alone';
import { panelMenu } from '../panel/panelMenu';
import { list, t, tn } from '../strings';
import { columnsOf, viewAfter, type Drawn } from './drawn';
import { drawerOf } from './drawers';
import { panelCsv } from './panelCsv';
import { tasksOf, type Kind, type Panel, type Sequence } from './panels';
import { tableTwin } from './tableTwin';

export interface PanelOptions {
  /** The task that is looked after; the last one of each where left out. */
  readonly task: number | undefined;
  readonly pick: (task: number) => void;
  readonly picturesOf: Drawn<'memory'>['picturesOf'];
  /** Whether its numbers are shown. */
  readonly isOpen: boolean;
  readonly onToggle: (open: boolean) => void;
  /** Whether all pictures are shown, however many there are. */
  readonly isWhole: boolean;
  readonly onWhole: (whole: boolean) => void;
  readonly alone: Alone;
  readonly host: Pick<Host, 'act'>;
  /** It is the first of its kind: how the kind is read stands here, and of the others is only said. */
  readonly isFirst: boolean;
  /** There are runs of several seeds: whose a picture is must be said. */
  readonly seeds: number;
}

/** Pictures of a panel that are shown at first: with many methods one finds the next panel all the same. */
const FEW_PICTURES = 6;

type Known = Exclude<Kind, 'unknown'>;

/** A panel: what it is, how it is read, a picture for each variant, and the numbers. */
export function panelCard(panel: Panel, options: PanelOptions): TemplateResult {
  const { id, kind, title, sequences } = panel;
  const heading = `inside-${id}`;
  return html`<article
    class=${sequences.length > 1 || options.alone.id === id ? 'card inside-panel wide' : 'card inside-panel'}
    data-kind=${kind}
    data-panel-root=${id}
    aria-labelledby=${heading}
  >
    ${kind === 'unknown' ? unknownPanel(panel as Panel<'unknown'>, heading) : knownPanel(panel as Panel<Known>, title, heading, options)}
  </article>`;
}

function unknownPanel({ title, sequences }: Panel<'unknown'>, heading: string): TemplateResult {
  const of = [...new Set(sequences.flatMap(({ views }) => views.map(({ view }) => view.of)))];
  return html`<h3 id=${heading}><span class="label">${oneLine(title) || t('insideUntitled')}</span></h3>
    <p class="aside">
      ${t('insideUnknown', { kind: list(of.slice(0, 4)), label: list(sequences.slice(0, 4).map(({ label }) => label)) })}
    </p>`;
}

function knownPanel<K extends Known>(
  panel: Panel<K>,
  title: string,
  heading: string,
  options: PanelOptions,
): TemplateResult {
  const drawer = drawerOf(panel.kind);
  const shown =
    options.isWhole || options.alone.id === panel.id ? panel.sequences : panel.sequences.slice(0, FEW_PICTURES);
  const drawings = shown.map((sequence) => ({ sequence, drawn: drawnOf(panel, sequence, options) }));
  const drawn = drawings.find((one) => one.drawn)?.drawn;
  const view = drawn?.view ?? panel.sequences[0]?.views[0]?.view;
  return html`<div class="card-head">
      <h3 id=${heading}>
        <span class="label">${oneLine(title)}</span>
        <span class="aside"
          >${view ? oneLine([drawer.quantity(view), ...(drawn && drawer.isLog?.(drawn) ? [t('insideLog')] : [])].join(' · ')) : nothing}</span
        >
      </h3>
      ${panelMenu({ id: panel.id, title: oneLine(title), alone: options.alone, host: options.host, data: () => panelCsv(panel) })}
    </div>
    <p class=${options.isFirst ? 'note' : 'visually-hidden'}>${drawn ? drawer.how() : nothing}</p>
    <div class="pictures">
      ${drawings.map(
        ({ sequence, drawn: own }) =>
          html`<div class="picture">
            <h4>
              ${oneLine(sequence.label)}
              ${options.seeds > 1 ? html`<span class="aside">${seedsText(sequence.seeds)}</span>` : nothing}
            </h4>
            ${own ? drawer.draw(own) : html`<p class="aside">${notThere(sequence, options.task)}</p>`}
          </div>`,
      )}
    </div>
    ${panel.sequences.length > FEW_PICTURES && options.alone.id !== panel.id ? wholeButton(panel.sequences.length, options) : nothing}
    <details
      ?open=${options.isOpen}
      @toggle=${(event: Event) => options.onToggle((event.target as HTMLDetailsElement).open)}
    >
      <summary>
        ${t('showTable')}<span class="visually-hidden">${t('afterColon', { title: oneLine(title) })}</span>
      </summary>
      ${
        options.isOpen
          ? drawings.map(({ sequence, drawn: own }) =>
              own
                ? tableTwin(drawer.table(own), t('insideTableOf', { title, label: sequence.label, n: own.task + 1 }))
                : nothing,
            )
          : nothing
      }
    </details>`;
}

const wholeButton = (n: number, { isWhole, onWhole }: PanelOptions): TemplateResult =>
  linkButton({
    name: 'wholePanel',
    label: isWhole ? t('insideFewerPictures', { n: FEW_PICTURES }) : t('insideMorePictures', { n }),
    onClick: () => onWhole(!isWhole),
  });

/** The task that a panel shows: the chosen one, or the last one of it. */
function drawnOf<K extends Known>(
  panel: Panel<K>,
  sequence: Sequence,
  { task, pick, picturesOf }: PanelOptions,
): Drawn<K> | undefined {
  const own = sequence as Drawn<K>['sequence'];
  const chosen = task ?? own.views.at(-1)?.task;
  const view = chosen === undefined ? undefined : viewAfter<K>(own, chosen);
  if (chosen === undefined || !view) return undefined;
  return {
    sequence: own,
    all: panel.sequences,
    tasks: columnsOf(tasksOf(panel), chosen),
    task: chosen,
    view,
    pick,
    picturesOf,
  };
}

const seedsText = (seeds: readonly number[]): string =>
  seeds.length === 1 ? t('insideSeed', { n: seeds[0] ?? 0 }) : t('insideMeanOf', { seeds: tn('seeds', seeds.length) });

/** Views that come with the second task only are not late. */
function notThere({ views }: Sequence, task: number | undefined): string {
  const last = views.at(-1)?.task;
  if (task === undefined || last === undefined) return t('insideNothing');
  return task > last ? t('insideNotYet', { n: task + 1 }) : t('insideNotAfter', { n: task + 1 });
}
