import { doubtsOf, doubtText } from '../core/doubts';
import { formatBackend, formatBackendUse } from '../core/format';
import { trainerText } from '../core/manifest';
import { isForeign, type Run, type RunStatus } from '../core/run';
import { inARow, t } from '../core/text';
import { markup, type Markup } from './markup';
import { scrollable } from './scrollable';

/** A name and what is said under it; left out where that is nothing. */
type Fact = readonly [string, readonly string[]];

const factOf = ([name, values]: Fact, kind = ''): Markup | undefined =>
  values.length === 0
    ? undefined
    : markup`<dt>${name}</dt><dd>${values.map((value) => markup`<div class="${kind}">${value}</div>`)}</dd>`;

export function provenanceSection(file: string | undefined, runs: readonly Run[]): Markup {
  const started = runs.flatMap((run) => run.state.started ?? []);
  const versions = distinct(
    started.flatMap((event) => Object.entries(event.versions ?? {}).map(([name, version]) => `${name} ${version}`)),
  );
  const backends = distinct(
    runs.flatMap(({ state }) => (state.backendUse ? [formatBackendUse(state.backendUse)] : [])),
  );
  const data = distinct(
    started.flatMap((event) => Object.entries(event.data ?? {}).map(([name, sum]) => `${name}: ${sum}`)),
  );
  const hosts = distinct(started.flatMap((event) => event.host ?? []));
  const facts: readonly Fact[] = [
    [t('Trained by'), distinct(runs.map(({ manifest }) => trainerText(manifest)))],
    [t('Backend'), backends],
    [t('Versions'), versions],
    [t('Computers'), hosts],
    [t('Parameters kept'), distinct(runs.flatMap(keptOf))],
  ];
  return markup`<h2>${t('Where it comes from')}</h2>
<div class="card"><dl class="pairs">${facts.map((fact) => factOf(fact))}${factOf([t('Data (SHA-256)'), data], 'mono')}<dt>${t('Runs')}</dt><dd>${runs.length}</dd></dl></div>
${runs.length === 0 ? undefined : markup`<details><summary>${t('Run folders')}</summary>${runTable(runs)}</details>`}
${reproduceSection(file, runs)}`;
}

/** After which tasks a run has kept its parameters, where these are not all: views of the others have nothing to show. */
function keptOf({ manifest }: Run): string[] {
  if (manifest.trainer !== 'lethe') return [];
  const { keep = 'all' } = manifest.spec.evaluation;
  if (keep === 'all') return [];
  return [keep === 'last' ? t('after the last task') : t('after every {0} tasks, and the last', keep)];
}

function statusText(status: RunStatus): string {
  switch (status) {
    case 'queued':
      return t('queued');
    case 'running':
      return t('running');
    case 'done':
      return t('done');
    case 'stopped':
      return t('stopped');
    case 'failed':
      return t('failed');
    case 'crashed':
      return t('crashed');
    case 'lost':
      return t('lost');
  }
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort();

function runTable(runs: readonly Run[]): Markup {
  return scrollable(
    t('Run folders'),
    markup`<table class="words"><thead><tr>${[t('Run'), t('Variant'), t('Seed'), t('Status'), t('Trained by'), t('Backend'), t('Notes')].map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead><tbody>${runs.map(
      (run) =>
        markup`<tr><td><code>${run.manifest.id}</code></td><td>${run.manifest.variant.label}</td><td>${run.manifest.seed}</td><td>${statusText(run.status)}</td><td>${trainerText(run.manifest)}</td><td>${run.state.backendUse ? formatBackend(run.state.backendUse) : '–'}</td><td>${inARow(notesOfRun(run))}</td></tr>`,
    )}</tbody></table>`,
  );
}

function notesOfRun(run: Run): string[] {
  const { state } = run;
  return [
    ...(state.error === undefined ? [] : [`${state.error}.`.replace(/\.\.$/, '.')]),
    ...(state.resumes > 0 ? [state.resumes === 1 ? t('Resumed once.') : t('Resumed {0} times.', state.resumes)] : []),
    ...state.warnings,
    ...doubtsOf(run).map((doubt) => t('It {0}.', doubtText(doubt))),
  ];
}

/** A path as one word of a shell command. */
const shellWord = (text: string): string =>
  /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

function reproduceSection(file: string | undefined, runs: readonly Run[]): Markup | undefined {
  const done = runs.find((run) => run.status === 'done' && !isForeign(run));
  if (file === undefined && !done) return undefined;
  return markup`<h2>${t('How to reproduce')}</h2>
${file === undefined ? undefined : markup`<p>${t('Runs the experiment; finished runs of the same settings and seed are reused:')}</p><pre><code>lethe run ${shellWord(file)}</code></pre>`}
${done ? markup`<p>${t('Repeats one run from its folder and compares every event, bit for bit on the same backend:')}</p><pre><code>lethe verify ${shellWord(done.manifest.id)}</code></pre>` : undefined}`;
}
