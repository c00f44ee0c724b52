import { html, nothing, type TemplateResult } from 'lit';
import { button } from '../controls';
import type { Host } from '../host';
import type { Alone } from '../panel/alone';
import { csvText } from '../panel/csv';
import { panelMenu } from '../panel/panelMenu';
import { t } from '../strings';
import { numberAndName } from '../taskClasses';
import { isTakenAs, type Forgotten, type ForgottenSample, type TakenCell } from './samples';

/** Samples that are shown at first, and that come with each "more". */
export const SAMPLES = 24;

export interface SampleOptions {
  readonly label: string;
  readonly alone: Alone;
  readonly host: Pick<Host, 'act'>;
  readonly forgotten: Forgotten;
  /** Those among them that are shown, the first of them at first. */
  readonly samples: readonly ForgottenSample[];
  /** After this task. */
  readonly task: number;
  /** Cell of the matrix that they are of. */
  readonly picked: TakenCell | undefined;
  readonly onClear: () => void;
  readonly shown: number;
  readonly onMore: () => void;
  readonly names: readonly string[];
  /** What a class is called. */
  readonly classOf: (task: number, label: number) => string;
  /** The same of a class whose task is not known. */
  readonly className: (label: number) => string;
  /** The picture of a sample, where there is one. */
  readonly pictureOf: (sample: ForgottenSample) => TemplateResult | typeof nothing;
  /** Pictures cannot be had. */
  readonly lacksPictures: boolean;
  /** Whose images these are, and those of whom they could be. */
  readonly seeds: readonly number[];
  readonly seed: number;
  readonly onSeed: (seed: number) => void;
}

/** The test images that were right and are wrong: what they are, what they are taken for, when they turned and into what. */
export function sampleGrid(options: SampleOptions): TemplateResult {
  const { forgotten, samples, picked, shown, names, task } = options;
  const nameOf = (id: number) => (picked?.by === 'class' ? options.className(id) : numberAndName(id, names));
  const title = `${options.label}: ${t('samplesTitle')}`;
  return html`<section class="why-samples" data-panel-root="samples" aria-labelledby="samples-title">
    <div class="section-head">
      <h2 id="samples-title">${t('samplesTitle')}</h2>
      ${picked ? button({ name: 'allSamples', label: t('samplesAll'), onClick: options.onClear }) : nothing}
      ${seedChoice(options)}
      <span class="at-end"
        >${panelMenu({ id: 'samples', title, alone: options.alone, host: options.host, data: () => samplesCsv(samples) })}</span
      >
    </div>
    <p class="note" aria-live="polite">
      ${
        picked
          ? picked.taken === undefined
            ? t('samplesPickedOf', { n: samples.length, task: nameOf(picked.of) })
            : t(picked.by === 'task' ? 'samplesPicked' : 'samplesPickedClass', {
                n: samples.length,
                taken: samples.filter((sample) => isTakenAs(picked, sample)).length,
                other: nameOf(picked.taken),
                task: nameOf(picked.of),
              })
          : [
              t('samplesNote', {
                lost: forgotten.lost,
                regained: forgotten.regained,
                listed: forgotten.samples.length,
                task: numberAndName(task, names),
              }),
              forgotten.rightAgain === undefined
                ? t('samplesUnfollowed')
                : t('samplesFollowed', { n: forgotten.rightAgain }),
            ].join(' ')
      }
    </p>
    ${samples.length === 0 ? html`<p class="empty">${t(forgotten.lost > 0 ? 'samplesNoneListed' : 'samplesNone')}</p>` : nothing}
    ${options.lacksPictures ? html`<p class="note">${t('samplesNoPictures')}</p>` : nothing}
    <ul class="forgotten-images">
      ${samples.slice(0, shown).map((sample) => tile(sample, options))}
    </ul>
    ${samples.length > shown ? button({ name: 'moreSamples', label: t('samplesMore', { n: samples.length - shown }), onClick: options.onMore }) : nothing}
  </section>`;
}

const samplesCsv = (samples: readonly ForgottenSample[]): string =>
  csvText(
    ['test_image', 'task', 'class', 'taken_for_task', 'taken_for_class', 'since_task', 'then_task', 'then_class'],
    samples.map(({ index, task, label, now, first, since }) => [
      ...[index, task + 1, label, now.task + 1, now.label, since + 1, first.task + 1, first.label],
    ]),
  );

function seedChoice({ seeds, seed, onSeed }: SampleOptions) {
  if (seeds.length < 2) return nothing;
  return html`<label class="choice">
    ${t('samplesSeed')}
    <select @change=${(event: Event) => onSeed(Number((event.target as HTMLSelectElement).value))}>
      ${seeds.map((each) => html`<option value=${each} ?selected=${each === seed}>${each}</option>`)}
    </select>
  </label>`;
}

function tile(sample: ForgottenSample, { classOf, pictureOf, names }: SampleOptions): TemplateResult {
  const { index, task, label, now, first, since } = sample;
  const [is, taken, then] = [classOf(task, label), classOf(now.task, now.label), classOf(first.task, first.label)];
  const hasChanged = now.task !== first.task || now.label !== first.label;
  const words = t(hasChanged ? 'sampleWordsNow' : 'sampleWords', {
    ...{ index: String(index), is, task: numberAndName(task, names) },
    ...{ taken, then, since: numberAndName(since, names) },
  });
  return html`<li class="forgotten-image" title=${words}>
    ${pictureOf(sample)}
    <span class="visually-hidden">${words}</span>
    <span class="sample-classes" aria-hidden="true"><b>${is}</b> → ${taken}</span>
    <span class="aside" aria-hidden="true"
      >${hasChanged ? t('sampleSinceThen', { n: since + 1, then }) : t('sampleSince', { n: since + 1 })}</span
    >
  </li>`;
}
