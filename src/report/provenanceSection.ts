import { doubtsOf, doubtText } from '../core/doubts';
import { formatBackend, formatBackendUse } from '../core/format';
import { trainerText } from '../core/manifest';
import { isForeign, type Run } from '../core/run';
import { markup, type Markup } from './markup';
import { scrollable } from './scrollable';

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
  const facts: [string, readonly string[]][] = [
    ['Trained by', distinct(runs.map(({ manifest }) => trainerText(manifest)))],
    ['Backend', backends],
    ['Versions', versions],
    ['Computers', hosts],
    ['Parameters kept', distinct(runs.flatMap(keptOf))],
    ['Data (SHA-256)', data],
  ];
  return markup`<h2>Where it comes from</h2>
<div class="card"><dl class="pairs">${facts
    .filter(([, values]) => values.length > 0)
    .map(
      ([name, values]) =>
        markup`<dt>${name}</dt><dd>${values.map((value) => markup`<div class="${name.startsWith('Data') ? 'mono' : ''}">${value}</div>`)}</dd>`,
    )}<dt>Runs</dt><dd>${runs.length}</dd></dl></div>
${runs.length === 0 ? undefined : markup`<details><summary>Run folders</summary>${runTable(runs)}</details>`}
${reproduceSection(file, runs)}`;
}

/** After which tasks a run has kept its parameters, where these are not all: views of the others have nothing to show. */
function keptOf({ manifest }: Run): string[] {
  if (manifest.trainer !== 'lethe') return [];
  const { keep = 'all' } = manifest.spec.evaluation;
  if (keep === 'all') return [];
  return [keep === 'last' ? 'after the last task' : `after every ${keep} tasks, and the last`];
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort();

function runTable(runs: readonly Run[]): Markup {
  return scrollable(
    'Run folders',
    markup`<table class="words"><thead><tr><th scope="col">Run</th><th scope="col">Variant</th><th scope="col">Seed</th><th scope="col">Status</th><th scope="col">Trained by</th><th scope="col">Backend</th><th scope="col">Notes</th></tr></thead><tbody>${runs.map(
      (run) =>
        markup`<tr><td><code>${run.manifest.id}</code></td><td>${run.manifest.variant.label}</td><td>${run.manifest.seed}</td><td>${run.status}</td><td>${trainerText(run.manifest)}</td><td>${run.state.backendUse ? formatBackend(run.state.backendUse) : '–'}</td><td>${notesOfRun(run).join(' ')}</td></tr>`,
    )}</tbody></table>`,
  );
}

function notesOfRun(run: Run): string[] {
  const { state } = run;
  return [
    ...(state.error === undefined ? [] : [`${state.error}.`.replace(/\.\.$/, '.')]),
    ...(state.resumes > 0 ? [`Resumed ${state.resumes === 1 ? 'once' : `${state.resumes} times`}.`] : []),
    ...state.warnings,
    ...doubtsOf(run).map((doubt) => `It ${doubtText(doubt)}.`),
  ];
}

/** A path as one word of a shell command. */
const shellWord = (text: string): string =>
  /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

function reproduceSection(file: string | undefined, runs: readonly Run[]): Markup | undefined {
  const done = runs.find((run) => run.status === 'done' && !isForeign(run));
  if (file === undefined && !done) return undefined;
  return markup`<h2>How to reproduce</h2>
${file === undefined ? undefined : markup`<p>Runs the experiment; finished runs of the same settings and seed are reused:</p><pre><code>lethe run ${shellWord(file)}</code></pre>`}
${done ? markup`<p>Repeats one run from its folder and compares every event, bit for bit on the same backend:</p><pre><code>lethe verify ${shellWord(done.manifest.id)}</code></pre>` : undefined}`;
}
