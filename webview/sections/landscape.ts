import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { byTime } from '../../src/core/analyses/byTime';
import type { LandscapeResult } from '../../src/core/analyses/landscape';
import type { PathResult } from '../../src/core/analyses/path';
import type { KnownSeveral, SeveralResult } from '../../src/core/analyses/severalResults';
import { neighbourhoodsOf } from '../../src/core/landscape/around';
import type { SurfaceMeasure } from '../../src/core/landscape/levels';
import type { WatchedStep } from '../../src/core/measures/ofAnswers';
import { oneLine } from '../../src/core/visibleText';
import { button, choice } from '../controls';
import { AnalysisStore, canBeAnalysed } from '../inside/analysisStore';
import { aroundPicture, aroundTwin } from '../landscape/aroundPanel';
import { landscapeAngles, landscapePicture, landscapeTwin, type LandscapeView } from '../landscape/landscapePanel';
import { landscapeCsv, pathCsv } from '../landscape/landscapeTables';
import { knownTitle, landscapeSaid, type RunNames } from '../landscape/landscapeWords';
import '../landscape/pathChart';
import { pathPicture, pathTwin } from '../landscape/pathPanel';
import { movesLittle, Playing } from '../landscape/playing';
import type { LiveRun } from '../liveRuns';
import { Alone } from '../panel/alone';
import { panelMenu } from '../panel/panelMenu';
import { scrubber } from '../scrubber';
import { t } from '../strings';
import { toggled } from '../toggled';
import type { SectionContext } from './section';

type Shown = 'both' | 'old' | 'new';
const shownTasks: Readonly<Record<Shown, readonly number[]>> = { both: [0, 1], old: [0], new: [1] };

/** A result that lies beside a run. */
interface Found {
  readonly run: LiveRun;
  readonly known: KnownSeveral;
  readonly key: string;
}

/** Loss landscapes over planes through checkpoints, and paths between minima. */
class LandscapeSection extends LitElement {
  static override properties = {
    context: { attribute: false },
    measure: { state: true },
    shown: { state: true },
    chosen: { state: true },
    open: { state: true },
    inSpace: { state: true },
    spaceFailed: { state: true },
  };
  declare context: SectionContext;
  declare measure: SurfaceMeasure;
  declare shown: Shown;
  /** The result that is looked at, of each analysis; the newest where left out. */
  declare chosen: Readonly<Partial<Record<KnownSeveral['analysis'], string>>>;
  /** Panels whose numbers are shown. */
  declare open: ReadonlySet<string>;
  /** The surfaces are shown in three dimensions, too. */
  declare inSpace: boolean;
  /** What draws them so could not be loaded. */
  declare spaceFailed: boolean;

  private readonly alone = new Alone(this);
  private readonly playing = new Playing(this);
  private store: AnalysisStore | undefined;

  constructor() {
    super();
    this.measure = 'loss';
    this.shown = 'both';
    this.chosen = {};
    this.open = new Set();
    this.inSpace = false;
    this.spaceFailed = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.store = new AnalysisStore(this.context.host, () => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.store?.dispose();
  }

  private runs(): LiveRun[] {
    return this.context.all.flatMap(({ runs }) => runs);
  }

  /** What runs are called: with their seed where there are several. */
  private names(): RunNames {
    const seeds = new Set(this.runs().map(({ manifest }) => manifest.seed));
    return new Map(
      this.context.all.flatMap(({ label, runs }) =>
        runs.map(({ manifest: { id, seed } }) => {
          const name = seeds.size > 1 ? t('runName', { label, seed: String(seed) }) : label;
          return [id, oneLine(name)] as const;
        }),
      ),
    );
  }

  private readonly watchedOf = (run: string): readonly WatchedStep[] =>
    this.runs().find(({ manifest }) => manifest.id === run)?.state.watched ?? [];

  protected override willUpdate(): void {
    this.playing.keepTo(this.chosenOf(this.found('landscape'), 'landscape')?.key);
  }

  /** The newest first, whichever runs they lie beside. */
  private found(analysis: KnownSeveral['analysis']): Found[] {
    const found = this.runs().flatMap((run) =>
      (this.store?.of(run)?.several ?? [])
        .filter((known) => known.analysis === analysis)
        .map((known) => ({ run, known, key: `${run.manifest.id} ${known.name}` })),
    );
    return found.sort((a, b) => byTime(a.known, b.known));
  }

  private chosenOf(found: readonly Found[], analysis: KnownSeveral['analysis']): Found | undefined {
    return found.find(({ key }) => key === this.chosen[analysis]) ?? found[0];
  }

  protected override render(): TemplateResult {
    const names = this.names();
    const landscapes = this.found('landscape');
    const paths = this.found('path');
    const isWaiting = this.store?.isWaitingFor(this.runs()) ?? true;
    return html`<section class="landscape" aria-labelledby="landscape-title">
      <div class="section-head">
        <h2 id="landscape-title">${t('landscapeTitle')}</h2>
        ${landscapes.length + paths.length > 0 ? this.starters() : nothing}
      </div>
      ${landscapes.length + paths.length === 0 ? this.empty(isWaiting) : nothing}
      ${this.store?.refused ? this.refusal() : nothing}
      ${landscapes.length > 0 && this.alone.shows('landscape') ? this.landscape(landscapes, names) : nothing}
      ${paths.length > 0 && this.alone.shows('path') ? this.path(paths, names) : nothing}
    </section>`;
  }

  private empty(isWaiting: boolean): TemplateResult {
    if (isWaiting) return html`<p class="empty">${t('landscapeWaiting')}</p>`;
    return html`<p class="empty">${t('landscapeEmpty')}</p>
      ${this.starters()}
      <p class="note">${t('landscapeEmptyHow')}</p>
      <pre class="how">
lethe landscape RUN@1 RUN@2 RUN
lethe path RUN@1 RUN</pre>`;
  }

  /** What asks for checkpoints and measures. */
  private starters(): TemplateResult {
    const { host, view, all } = this.context;
    const disabled =
      !view.trusted || view.file === undefined || !all.some(({ runs }) => runs.some((run) => canBeAnalysed(run)));
    const starter = (action: 'showLandscape' | 'findPath', label: string) =>
      button({ name: action, label, disabled, onClick: () => host.act(action) });
    return html`<div class="tools">
      ${starter('showLandscape', t('landscapeStart'))} ${starter('findPath', t('pathStartButton'))}
    </div>`;
  }

  private refusal(): TemplateResult {
    return html`<p class="note" role="alert">
      ${t('insideRefused')}
      ${button({ name: 'landscapeAgain', label: t('insideAgain'), onClick: () => this.store?.again() })}
    </p>`;
  }

  private landscape(found: readonly Found[], names: RunNames): TemplateResult {
    const chosen = this.chosenOf(found, 'landscape');
    const result = this.resultOf(chosen);
    const view = result?.analysis === 'landscape' ? this.viewOf(result, names) : undefined;
    return this.panel({
      ...{ id: 'landscape', title: t('landscapePanel'), found, chosen, names, choose: t('landscapeChoice') },
      data: result?.analysis === 'landscape' ? () => landscapeCsv(result, names, this.watchedOf) : undefined,
      body:
        result?.analysis === 'landscape' && view
          ? neighbourhoodsOf(result).length > 0
            ? html`<div class="tools">${this.landscapeChoices()}</div>
                ${aroundPicture(result, view)}
                ${this.twin('landscape', t('landscapePanel'), () => aroundTwin(result, view))}`
            : html`${this.landscapeTools(result, view, chosen?.key ?? '')}
                <p class="note">${t('landscapeHow')}</p>
                ${landscapePicture(result, view)}
                <p class="note">${t('landscapeHowOff')}</p>
                ${landscapeAngles(result, view)} ${this.inThree(result, view)}
                ${this.twin('landscape', t('landscapePanel'), () => landscapeTwin(result, view))}`
          : undefined,
    });
  }

  private path(found: readonly Found[], names: RunNames): TemplateResult {
    const chosen = this.chosenOf(found, 'path');
    const result = this.resultOf(chosen);
    const isThere = (one: SeveralResult | undefined): one is PathResult => one?.analysis === 'path';
    return this.panel({
      ...{ id: 'path', title: t('pathPanel'), found, chosen, names, choose: t('pathChoice') },
      data: isThere(result) ? () => pathCsv(result) : undefined,
      body: isThere(result)
        ? html`<p class="note">${t('pathHow')}</p>
            ${pathPicture(result, this.context.names)} ${this.twin('path', t('pathPanel'), () => pathTwin(result))}`
        : undefined,
    });
  }

  private resultOf(found: Found | undefined): SeveralResult | undefined {
    return found && this.store?.severalOf(found.run, found.known.name);
  }

  private panel(options: {
    readonly id: KnownSeveral['analysis'];
    readonly title: string;
    readonly choose: string;
    readonly found: readonly Found[];
    readonly chosen: Found | undefined;
    readonly names: RunNames;
    readonly data: (() => string) | undefined;
    readonly body: TemplateResult | undefined;
  }): TemplateResult {
    const { id, title, choose, found, chosen, names, data, body } = options;
    const heading = `landscape-${id}`;
    return html`<article class="card landscape-panel" data-panel-root=${id} aria-labelledby=${heading}>
      <div class="card-head">
        <h3 id=${heading}>
          <span class="label">${title}</span>
          <span class="aside">${chosen ? oneLine(knownTitle(chosen.known, names)) : nothing}</span>
        </h3>
        ${panelMenu({ id, title, alone: this.alone, host: this.context.host, data })}
      </div>
      ${
        found.length > 1 && chosen
          ? html`<div class="tools">
              ${choice({
                name: `${id}Result`,
                label: choose,
                value: chosen.key,
                options: found.map(({ key, known }) => [key, oneLine(knownTitle(known, names))] as const),
                onChange: (key) => (this.chosen = { ...this.chosen, [id]: key }),
              })}
            </div>`
          : nothing
      }
      ${chosen?.known.isStale ? html`<p class="notice" role="status">${t('landscapeStale')}</p>` : nothing}
      ${body ?? html`<p class="aside">${t('landscapeWaiting')}</p>`}
    </article>`;
  }

  private viewOf(result: LandscapeResult, names: RunNames): LandscapeView {
    const tasks = tasksOf(result);
    const { task = tasks.at(-1) ?? 0 } = this.context.selection;
    return {
      ...{ measure: this.measure, shown: shownTasks[this.shown], names, taskNames: this.context.names },
      watchedOf: this.watchedOf,
      after: tasks.findLast((one) => one <= task) ?? tasks[0] ?? 0,
    };
  }

  /** @param key of what is drawn */
  private landscapeTools(result: LandscapeResult, { after }: LandscapeView, key: string): TemplateResult {
    const tasks = tasksOf(result);
    const pick = (task: number | undefined) => task !== undefined && this.context.select({ task });
    const next = () => tasks.find((task) => task > (this.context.selection.task ?? Infinity));
    const play = () => {
      if (this.playing.isOn) {
        this.playing.stop();
        return;
      }
      if (next() === undefined) pick(tasks[0]);
      this.playing.start(key, () => {
        const task = next();
        pick(task);
        return task !== undefined && task !== tasks.at(-1);
      });
    };
    return html`<div class="tools">
      ${scrubber({
        ...{ tasks, task: after, names: this.context.names },
        onPick: (task) => {
          this.playing.stop();
          pick(task);
        },
      })}
      ${
        tasks.length > 1 && !movesLittle()
          ? button({
              name: 'landscapePlay',
              label: t(this.playing.isOn ? 'landscapePause' : 'landscapePlay'),
              description: t(this.playing.isOn ? 'landscapePause' : 'landscapePlayHint'),
              onClick: play,
            })
          : nothing
      }
      ${this.landscapeChoices()}
    </div>`;
  }

  /** What is shown, of which tasks. */
  private landscapeChoices(): TemplateResult {
    return html`${choice({
      name: 'landscapeMeasure',
      label: t('landscapeMeasure'),
      value: this.measure,
      options: [
        ['loss', t('landscapeLoss')],
        ['accuracy', t('landscapeAccuracy')],
      ],
      onChange: (measure) => (this.measure = measure),
    })}
    ${choice({
      name: 'landscapeTasks',
      label: t('landscapeTasks'),
      value: this.shown,
      options: [
        ['both', t('landscapeBoth')],
        ['old', t('landscapeOld')],
        ['new', t('landscapeNew')],
      ],
      onChange: (shown) => (this.shown = shown),
    })}`;
  }

  /** The same in three dimensions, loaded when somebody wants it. */
  private inThree(result: LandscapeResult, view: LandscapeView): TemplateResult {
    const toggle = () => {
      this.inSpace = !this.inSpace;
      if (this.inSpace) void this.loadSpace();
    };
    return html`<div class="tools">
        ${button({ name: 'landscapeSpace', label: t(this.inSpace ? 'landscapeNoSpace' : 'landscapeSpace'), onClick: toggle })}
      </div>
      ${this.inSpace ? this.spacePicture(result, view) : nothing}`;
  }

  private spacePicture(result: LandscapeResult, view: LandscapeView): TemplateResult {
    if (this.spaceFailed) return html`<p class="note" role="alert">${t('landscapeSpaceFailed')}</p>`;
    return html`<p class="note">${t('landscapeSpaceHow')}</p>
      <lethe-landscape-space
        .result=${result}
        .measure=${view.measure}
        .upTo=${view.after}
        .label=${landscapeSaid(result, view.after, view.names)}
      ></lethe-landscape-space>`;
  }

  private async loadSpace(): Promise<void> {
    this.spaceFailed = false;
    try {
      await import('../landscape/landscapeSpace');
    } catch (error) {
      this.spaceFailed = true;
      this.context.host.send({ type: 'error', message: `landscapeSpace: ${String(error)}` });
    }
  }

  /** The numbers, made when they are looked at. */
  private twin(id: string, title: string, table: () => TemplateResult): TemplateResult {
    const isOpen = this.open.has(id);
    const toggle = (event: Event) => (this.open = toggled(this.open, id, (event.target as HTMLDetailsElement).open));
    return html`<details ?open=${isOpen} @toggle=${toggle}>
      <summary>${t('showTable')}<span class="visually-hidden">${t('afterColon', { title: title })}</span></summary>
      ${isOpen ? table() : nothing}
    </details>`;
  }
}
customElements.define('lethe-landscape', LandscapeSection);

/** After which tasks there are checkpoints, ascending. */
const tasksOf = ({ points }: LandscapeResult): number[] =>
  [...new Set(points.map(({ task }) => task))].sort((a, b) => a - b);

export const landscapeSection = (context: SectionContext): TemplateResult =>
  html`<lethe-landscape .context=${context}></lethe-landscape>`;
