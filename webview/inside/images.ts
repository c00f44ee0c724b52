import { html, nothing } from 'lit';
import { t } from '../strings';
import { pictureCanvas } from '../why/picture';
import type { Drawer } from './drawn';
import { bytesOf, meanBrightness } from './imageBytes';
import { formatAmount } from './numbers';
import type { ViewFor } from './panels';
import { saidOf } from './words';

type Row = ViewFor<'images'>['rows'][number];

/** "made: 16 images, 3, 5, 5 …" */
const rowWords = ({ name, images, captions = [] }: Row): string =>
  captions.length === 0
    ? t('insideImagesSaid', { name, n: images.length })
    : t('insideImagesCaptioned', { name, n: images.length, captions: captions.join(' ') });

/** Images as they are, row by row; those of one place belong together. */
export const imagesDrawer: Drawer<'images'> = {
  how: () => t('insideHowImages'),
  quantity: ({ height, width }) => t('insideImagesQuantity', { height, width }),
  draw({ view, sequence, task }) {
    const { rows, ...shape } = view;
    return html`${rows.map(
      (row) =>
        html`<div role="img" aria-label=${saidOf(sequence.label, task, [rowWords(row)])}>
          ${rows.length > 1 ? html`<p class="facts">${row.name}</p>` : nothing}
          <ul class="kept" aria-hidden="true">
            ${row.images.map(
              (image, i) =>
                html`<li>
                  ${pictureCanvas({ ...shape, bytes: bytesOf(image) })}
                  <span>${row.captions?.[i] ?? nothing}</span>
                </li>`,
            )}
          </ul>
        </div>`,
    )}`;
  },
  words: ({ sequence, task, view }) => saidOf(sequence.label, task, view.rows.map(rowWords)),
  table: ({ view: { rows } }) => ({
    head: [t('insideImage'), t('insideGroup'), t('insideCaption'), t('insideBrightness')],
    rows: rows.flatMap(({ name, images, captions }) =>
      images.map((image, i) => [String(i + 1), name, captions?.[i] ?? '', formatAmount(meanBrightness(image))]),
    ),
  }),
};
