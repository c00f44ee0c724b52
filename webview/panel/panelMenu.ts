import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Host } from '../host';
import { menu, menuItem } from '../menu';
import { t } from '../strings';
import { panelRoot, type Alone } from './alone';

export interface PanelMenuOptions {
  /** Of the panel, whose root has it as `data-panel-root`. */
  readonly id: string;
  /** What the panel is called. */
  readonly title: string;
  readonly alone: Alone;
  readonly host: Pick<Host, 'act'>;
  /** Its numbers as CSV; left out where it has none. */
  readonly data?: (() => string) | undefined;
  /** What explains it and stands elsewhere: it is in its picture. */
  readonly legend?: string;
}

/** What can be done with a panel, the same for all: all the room for it, its picture, its numbers. */
export function panelMenu({ id, title, alone, host, data, legend }: PanelMenuOptions): TemplateResult {
  const isAlone = alone.id === id;
  const parts = (): HTMLElement[] => {
    const root = panelRoot(id);
    const beside = legend === undefined ? null : document.querySelector<HTMLElement>(legend);
    return [...(root && beside ? [beside] : []), ...(root ? [root] : [])];
  };
  // What draws pictures is loaded with the first one.
  const savePicture = async () => {
    const { pictureOf, pngText } = await import('./panelPicture');
    const canvas = pictureOf(parts());
    if (canvas) host.act('savePicture', { variant: title, text: pngText(canvas) });
  };
  const copyOrSave = async () => {
    const [{ pictureOf }, { copyPicture }] = await Promise.all([import('./panelPicture'), import('./copyPicture')]);
    const canvas = pictureOf(parts());
    if (canvas) await copyPicture(canvas).catch(savePicture);
  };
  return html`${isAlone ? shrinkButton(alone) : nothing}
  ${menu({
    ...{ name: `panel-${id}`, label: '⋯', description: t('panelMenu', { label: title }), atEnd: true },
    className: 'panel-menu',
    items: [
      menuItem({
        name: 'enlarge',
        label: t(isAlone ? 'shrinkPanel' : 'enlargePanel'),
        onClick: () => alone.set(isAlone ? undefined : id),
      }),
      menuItem({
        name: 'copyPicture',
        label: t('copyPicture'),
        onClick: () => void copyOrSave(),
      }),
      menuItem({ name: 'savePicture', label: t('savePicture'), onClick: () => void savePicture() }),
      ...(data
        ? [
            menuItem({
              name: 'copyData',
              label: t('copyData'),
              onClick: () => host.act('copyTable', { text: data() }),
            }),
          ]
        : []),
    ],
  })}`;
}

/** The way back, in sight. */
const shrinkButton = (alone: Alone): TemplateResult =>
  html`<button
    class="plain shrink"
    data-action="shrink"
    aria-label=${t('shrinkPanel')}
    title=${t('shrinkPanel')}
    @click=${() => alone.set(undefined)}
  >
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      ${svg`<path class="icon" d="M1 5h4V1 M9 1v4h4 M13 9H9v4 M5 13V9H1" />`}
    </svg>
  </button>`;
