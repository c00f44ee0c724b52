import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { button } from '../controls';
import { selectionChips } from '../pinned';
import { t } from '../strings';
import type { LiveRun } from '../liveRuns';
import type { LiveVariant } from '../variants';
import { Alone } from '../panel/alone';
import { AnswerStore } from '../why/answerStore';
import { partPatterns } from '../why/barChart';
import { detail } from '../why/detail';
import { overview, type Explained } from '../why/overview';
import { barsOf } from '../../src/core/why/bars';
import { pictureCanvas } from '../why/picture';
import { rowAnswersOf, rowFactsOf, type AnsweredRun, type RowFacts } from '../why/rowFacts';
import { sampleGrid, SAMPLES } from '../why/sampleGrid';
import { forgottenUpTo, samplesOf, type ForgottenSample, type TakenCell } from '../why/samples';
import { whyOfVariant } from '../why/whyOf';
import type { SectionContext } from './section';

/** What was selected when the section was last looked at: whoever comes from elsewhere with another wants to see it. */
let seen: { readonly variant: string | undefined; readonly task: number | undefined } | undefined;

/** The link that was followed when it was looked at last. */
let seenLink: SectionContext['link'];

/** Why methods have the numbers they have: all of them beside each other, and one in detail. */
class WhySection extends LitElement {
  static override properties = {
    context: { attribute: false },
    picked: { state: true },
    shown: { state: true },
    seed: { state: true },
    open: { state: true },
  };
  declare context: SectionContext;
  /** The cell of the matrix whose samples are shown. */
  declare picked: TakenCell | undefined;
  declare shown: number;
  /** Whose forgotten images are shown; the first where left out. */
  declare seed: number | undefined;
  /** Tables that are open. */
  declare open: ReadonlySet<'overview' | 'detail'>;

  private readonly alone = new Alone(this);
  /** The samples of a cell were asked for: they come into view when they are there. */
  private seeksSamples = false;
  private store: AnswerStore | undefined;

  constructor() {
    super();
    this.shown = SAMPLES;
    this.open = new Set();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.store = new AnswerStore(this.context.host, () => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.store?.dispose();
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('context')) return;
    const { variant, task } = this.context.selection;
    if (seen && seen.variant !== variant) this.pick(undefined);
    const comesFromElsewhere = !changed.get('context');
    if (comesFromElsewhere && seen && (seen.variant !== variant || seen.task !== task))
      this.bringIntoView('#why-detail');
    const { link } = this.context;
    if (link !== seenLink && link?.section === 'why') {
      if (link.variant !== undefined) this.bringIntoView('#why-detail');
      if (link.of !== undefined) this.pick({ by: 'task', of: link.of });
    } else if (seen && seen.task !== task) this.seeksSamples = false;
    seenLink = link;
    seen = { variant, task };
  }

  protected override updated(): void {
    const samples = this.seeksSamples ? this.querySelector('#samples-title') : null;
    if (!samples) return;
    this.seeksSamples = false;
    samples.scrollIntoView({ block: 'start' });
  }

  protected override render() {
    const all = this.explained();
    const focus = focusOf(all, this.context.selection.variant);
    if (!focus) return html`<p class="empty">${t('whyEmpty')}</p>`;
    return html`${partPatterns()}
    ${
      this.alone.shows('why')
        ? overview(all, {
            ...{ alone: this.alone, host: this.context.host, focus: focus.variant.key },
            ...{ onPick: (key: string) => this.show(key), ...this.toggle('overview') },
            pinned: this.explainedOne(this.context.pinned),
            chips: selectionChips(this.context),
          })
        : nothing
    }
    ${this.alone.id === 'why' ? nothing : this.detailOf(focus)}`;
  }

  private explained(): Explained[] {
    return this.context.variants.flatMap((variant) => this.explainedOne(variant) ?? []);
  }

  private explainedOne(variant: LiveVariant | undefined): Explained | undefined {
    const why = variant && whyOfVariant(variant, this.context.view);
    return why && { variant, why, bars: barsOf(why) };
  }

  private toggle(name: 'overview' | 'detail') {
    return {
      isOpen: this.open.has(name),
      onToggle: (open: boolean) => {
        if (this.open.has(name) === open) return;
        this.open = new Set(open ? [...this.open, name] : [...this.open].filter((other) => other !== name));
      },
    };
  }

  private detailOf(explained: Explained) {
    const explainedOf = explainedRuns(explained.variant);
    const rows = rowFactsOf(explainedOf);
    const row = rowAt(rows, this.context.selection.task);
    const { store } = this;
    if (!row || !store) return nothing;
    const runs = explainedOf.map((run): AnsweredRun => ({ run, ...store.answersOf(run, row.task) }));
    const { alone } = this;
    return html`${this.trouble()}
    ${
      alone.id === 'samples'
        ? nothing
        : detail(
            {
              alone,
              ...{ explained, runs, rows, row, answers: rowAnswersOf(runs, row.task) },
              picked: this.picked,
              className: labelNamer(runs, this.context.names),
              onPick: (cell) => this.pick(cell),
              ...this.toggle('detail'),
            },
            this.context,
          )
    }
    ${alone.shows('samples') ? this.samplesOf(explained, runs, row) : nothing}`;
  }

  /** Where what was asked for did not come. */
  private trouble() {
    if (this.store?.refused === undefined) return nothing;
    return html`<p class="notice" role="status">
      ${t('whyRefused')} ${button({ name: 'askAgain', label: t('askAgain'), onClick: () => this.store?.again() })}
    </p>`;
  }

  private samplesOf({ variant }: Explained, runs: readonly AnsweredRun[], { task }: RowFacts) {
    const own = runs.find(({ run }) => run.manifest.seed === this.seed) ?? runs[0];
    if (!own || task === 0 || own.forgotten.length === 0) return nothing;
    const { id, seed } = own.run.manifest;
    const forgotten = forgottenUpTo(own.forgotten, task);
    const samples = samplesOf(forgotten.samples, this.picked);
    this.store?.wantPictures(id, samples.slice(0, this.shown));
    return sampleGrid({
      label: variant.label,
      ...{ alone: this.alone, host: this.context.host },
      ...{ forgotten, samples, task },
      picked: this.picked,
      onClear: () => this.pick(undefined),
      shown: this.shown,
      onMore: () => (this.shown += 4 * SAMPLES),
      names: this.context.names,
      classOf: classNamer(own.run, this.context.names),
      className: labelNamer(runs, this.context.names),
      pictureOf: (sample) => this.pictureOf(id, sample),
      lacksPictures: this.store?.noPictures === true,
      seeds: runs.map(({ run }) => run.manifest.seed),
      seed,
      onSeed: (next) => (this.seed = next),
    });
  }

  private pictureOf(run: string, sample: ForgottenSample) {
    const picture = this.store?.pictureOf(run, sample);
    if (picture) return pictureCanvas(picture);
    return this.store?.noPictures ? nothing : html`<span class="no-picture" aria-hidden="true"></span>`;
  }

  private show(variant: string): void {
    this.context.select({ variant });
    this.bringIntoView('#why-detail');
  }

  private pick(cell: TakenCell | undefined): void {
    this.picked = cell;
    this.shown = SAMPLES;
    this.seeksSamples = cell !== undefined;
  }

  /** What one has asked for may be further down the page. */
  private bringIntoView(selector: string): void {
    void this.updateComplete.then(() => this.querySelector(selector)?.scrollIntoView({ block: 'start' }));
  }
}
customElements.define('lethe-why-section', WhySection);

/** The one in focus; where there is none, the first that is no bound. */
const focusOf = (all: readonly Explained[], key: string | undefined): Explained | undefined =>
  all.find(({ variant }) => variant.key === key) ??
  all.find(({ variant }) => variant.row.bound === undefined) ??
  all[0];

/** The row after this task, or the last one. */
const rowAt = (rows: readonly RowFacts[], task: number | undefined): RowFacts | undefined =>
  rows.find((row) => row.task === task) ?? rows.at(-1);

/** Classes by their names where the names of tasks are made of them, else by their numbers. */
function classNamer({ state }: LiveRun, names: readonly string[]) {
  const tasks = state.started?.tasks ?? [];
  return (task: number, label: number): string => {
    const classes = tasks[task]?.classes ?? [];
    const parts = names[task]?.split(' / ') ?? [];
    return (parts.length === classes.length ? parts[classes.indexOf(label)] : undefined) ?? String(label);
  };
}

/** The same where nobody says which task a class is of: that of the first one that has it. */
function labelNamer([first]: readonly AnsweredRun[], names: readonly string[]) {
  const tasks = first?.run.state.started?.tasks ?? [];
  const nameOf = first && classNamer(first.run, names);
  return (label: number): string => {
    const task = tasks.findIndex(({ classes }) => classes.includes(label));
    return task < 0 || !nameOf ? String(label) : nameOf(task, label);
  };
}

/** Those that its sentence is of: finished ones, else those under way. */
function explainedRuns({ runs, row }: LiveVariant) {
  const done = runs.filter(({ manifest }) => row.perSeed.some(({ seed }) => seed === manifest.seed));
  return done.length > 0 ? done : runs.filter(({ state }) => state.rows.length > 0);
}

export const whySection = (context: SectionContext): TemplateResult =>
  html`<lethe-why-section .context=${context}></lethe-why-section>`;
