/** Tables of what was measured, from lethe.lock and the published values: docs/reproduction.md and the pages about methods. */
import { formatDuration } from '../../src/core/format';
import { formatValue } from '../../src/core/measureFormat';
import { measureInfo, type RunMeasureName } from '../../src/core/measures/table';
import { scenarios, type Scenario } from '../../src/core/methods/card';
import { cardOf, methodIds, type MethodId } from '../../src/core/methods/index';
import { protocols } from '../../src/core/protocols/index';
import type { Protocol, PublishedValue } from '../../src/core/protocols/protocol';
import { summarise } from '../../src/core/statistics';
import { LEAST_TOLERANCE, verdictOf } from '../../src/core/verdict';
import { publishedText, sourceText, verdictText } from '../../src/core/verdictText';
import { cellsOf, exampleCells, examples, sideBySideCells, type Cell, type SideBySideCell } from './cells';
import { runsOfCell, type ReproducedRun } from './lockFile';
import { whatEachIs } from './whatEachIs';

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

const head = ['Method', 'Measure', 'Published', 'Here', 'SD', 'Seeds', 'Verdict', 'Time of a run'];
const rule = ['---', '---', '---', '---:', '---:', '---:', '---', '---:'];

/** Every generated section that comes from these runs, by the name in its markers. */
export function measuredTables(runs: readonly ReproducedRun[]): Readonly<Record<string, string>> {
  const cells = scenarios.flatMap(sideBySideCells);
  return {
    reproduction: reproductionTables(runs),
    headline: headlineTable(runs),
    examples: exampleTables(runs),
    'side-by-side': sideBySideTable(cells, runs),
    'what-each-is': whatEachIsTable(runs),
    ...Object.fromEntries(methodIds.map((id) => [`measured-${id}`, measuredTable(id, cells, runs)])),
  };
}

/** Every protocol with its rows; of what was not run yet that is said. */
export const reproductionTables = (runs: readonly ReproducedRun[]): string =>
  protocols.map((protocol) => section(protocol, runs)).join('\n\n');

function section(protocol: Protocol, runs: readonly ReproducedRun[]): string {
  const { id, title, source, differences } = protocol;
  const cells = cellsOf(protocol);
  const notes = [
    ...sourcesOf(cells),
    ...(differences.length > 0 ? [`Known differences: ${differences.join(' ')}`] : []),
    ...cells.flatMap(({ label, differs }) => (differs === undefined ? [] : [`${label}: ${differs}`])),
    ...fewerSeedsOf(cells, runs),
    ...placesOf(cells, runs),
  ];
  return [
    `### \`${id}\``,
    `${title}. ${source}.`,
    [line(head), line(rule), ...cells.flatMap((cell) => rowsOf(cell, runsOfCell(runs, cell)))].join('\n'),
    notes.map((note) => `- ${note}`).join('\n'),
  ].join('\n\n');
}

const rowsOf = (cell: Cell, runs: readonly ReproducedRun[]): string[] =>
  numbersOf(cell, runs).map((numbers, i) => line([i === 0 ? cell.label : '', ...numbers]));

/** A row for each published value, or where there is none for each measure that is told all the same. */
const numbersOf = ({ values, told }: Cell, runs: readonly ReproducedRun[]): string[][] =>
  values.length > 0
    ? values.map((published) => rowOf(published.measure as RunMeasureName, runs, published))
    : told.map((measure) => rowOf(measure, runs));

function rowOf(measure: RunMeasureName, runs: readonly ReproducedRun[], published?: PublishedValue): string[] {
  const there = [measureInfo[measure].title, published ? publishedText(published) : ''];
  const ours = summarise(runs.map(({ measures }) => measures[measure] ?? NaN));
  if (ours.n === 0) return [...there, '–', '–', '0', 'not run yet', '–'];
  const verdict = published ? verdictText(verdictOf(ours, published), ours.n) : '';
  const seconds = summarise(runs.map((run) => run.seconds)).mean;
  const numbers = [formatValue(measure, ours.mean, 2), formatValue(measure, ours.sd, 2), String(ours.n)];
  return [...there, ...numbers, verdict, formatDuration(seconds)];
}

/** Where the values come from, each source once. */
const sourcesOf = (cells: readonly Cell[]): string[] => {
  const texts = [...new Set(cells.flatMap(({ values }) => values.map(sourceText)))];
  return texts.length > 0 ? [`Published: ${texts.join(' · ')}.`] : [];
};

/**
 * The first row over the seeds of those that have fewer, where that is another number: who has few seeds is to be compared
 * with what these give without a remedy.
 */
function fewerSeedsOf(cells: readonly Cell[], runs: readonly ReproducedRun[]): string[] {
  const [first, ...others] = cells.map((cell) => runsOfCell(runs, cell));
  const [cell] = cells;
  if (!first || !cell) return [];
  const seedsOf = (own: readonly ReproducedRun[]) => own.map(({ seed }) => seed);
  const accuracyOf = (own: readonly ReproducedRun[]) =>
    summarise(own.map(({ measures }) => measures.accuracy ?? NaN)).mean;
  const fewer = others.map(seedsOf).filter(({ length }) => length > 0 && length < first.length);
  const sets = new Map(fewer.map((seeds) => [seeds.join(', '), seeds]));
  return [...sets].flatMap(([text, seeds]) => {
    const mean = accuracyOf(first.filter(({ seed }) => seeds.includes(seed)));
    const isOther = Math.abs(mean - accuracyOf(first)) > LEAST_TOLERANCE;
    const which = `over seeds ${text} alone, those of the rows with ${seeds.length}`;
    return isOther ? [`${cell.label} ${which}: ${formatValue('accuracy', mean, 2)}.`] : [];
  });
}

/** On what the runs of a protocol were trained. */
function placesOf(cells: readonly Cell[], runs: readonly ReproducedRun[]): string[] {
  const own = cells.flatMap((cell) => runsOfCell(runs, cell));
  const places = [...new Set(own.map(({ backend, processor }) => `${backend} on ${processor}`))];
  return places.length > 0 ? [`Trained with ${places.join('; ')}.`] : [];
}

// ---- a few of them

/** What the first page shows: of these protocols the first value of these methods. */
const headline = [
  ['split-mnist/van-de-ven-2022-class', 'van de Ven et al. 2022', ['none', 'joint', 'ewc', 'replay']],
  ['split-mnist/tadros-2022', 'Tadros et al. 2022, SRC', ['none', 'sleep']],
] as const;

function headlineTable(runs: readonly ReproducedRun[]): string {
  const rows = headline.flatMap(([id, title, methods]) => {
    const protocol = protocols.find((one) => one.id === id);
    if (!protocol) throw new Error(`there is no protocol ${id}`);
    const cells = cellsOf(protocol);
    return methods.map((method, i) => {
      const cell = cells[protocol.methods.findIndex(({ entry }) => entry.method === method)];
      const [published] = cell?.values ?? [];
      if (!cell || !published) throw new Error(`${id} has no value of ${method}`);
      const [, value = '', mean, sd, seeds, verdict = ''] = rowOf('accuracy', runsOfCell(runs, cell), published);
      return line([i === 0 ? title : '', cardOf(method).title, `${mean} (${sd}, ${seeds})`, value, verdict]);
    });
  });
  const columns = ['Protocol', 'Method', 'Here (SD, seeds)', 'Published', 'Verdict'];
  return [line(columns), line(['---', '---', '---:', '---:', '---']), ...rows].join('\n');
}

// ---- examples of our own

const exampleTables = (runs: readonly ReproducedRun[]): string =>
  Object.entries(examples)
    .map(([file, told]) => {
      const cells = exampleCells(file);
      const rows = cells.map((cell) => line([cell.label, ...numbersToldOf(told, runsOfCell(runs, cell))]));
      const columns = ['Method', ...told.map((measure) => measureInfo[measure].title), 'Seeds', 'Time of a run'];
      const rule = line(columns.map((_, i) => (i === 0 ? '---' : '---:')));
      const places = placesOf(cells, runs).map((place) => `\n\n- ${place}`);
      return `### [\`${file}\`](../${file})\n\n${[line(columns), rule, ...rows].join('\n')}${places.join('')}`;
    })
    .join('\n\n');

/** Mean and SD of each measure, seeds and time. */
function numbersToldOf(told: readonly RunMeasureName[], runs: readonly ReproducedRun[]): string[] {
  if (runs.length === 0) return [...told.map(() => '–'), '0', '–'];
  const seconds = summarise(runs.map((run) => run.seconds)).mean;
  return [...told.map((measure) => percent(measure, runs)), String(runs.length), formatDuration(seconds)];
}

// ---- every method side by side

const scenarioTitles: Readonly<Record<Scenario, string>> = { task: 'Task', domain: 'Domain', class: 'Class' };
const byMethod = (cells: readonly SideBySideCell[], id: string) => cells.filter(({ method }) => method === id);
const percent = (measure: RunMeasureName, runs: readonly ReproducedRun[]): string => {
  const { n, mean, sd } = summarise(runs.map(({ measures }) => measures[measure] ?? NaN));
  if (n === 0) return '–';
  const value = formatValue(measure, mean, 1);
  return n === 1 ? value : `${value} ± ${formatValue(measure, sd, 1)}`;
};
const accuracyOf = ({ taskAwareOnly }: SideBySideCell): RunMeasureName =>
  taskAwareOnly ? 'taskAwareAccuracy' : 'accuracy';

/** One row for each method: what it is, and its accuracy in each scenario. */
function sideBySideTable(cells: readonly SideBySideCell[], runs: readonly ReproducedRun[]): string {
  const rows = methodIds.map((id) => {
    const own = byMethod(cells, id);
    const results = scenarios.map((scenario) => {
      const cell = own.find((one) => one.scenario === scenario);
      if (!cell) return cardOf(id).scenarios[scenario].fit === 'undefined' ? 'undefined' : '–';
      const text = percent(accuracyOf(cell), runsOfCell(runs, cell));
      return cell.taskAwareOnly && text !== '–' ? `${text} (told the task)` : text;
    });
    const { title, paper } = cardOf(id);
    return line([
      `[${title}](methods/${id}.md)`,
      paper ? `${paper.authors} ${paper.year}` : '',
      ...results,
      memoryText(own, runs),
    ]);
  });
  const columns = ['Method', 'Paper', ...scenarios.map((scenario) => scenarioTitles[scenario]), 'Memory'];
  const aligned = columns.map((_, i) => (i < 2 ? '---' : '---:'));
  const seeds = scenarios.map((scenario) => {
    const counts = cells.filter((cell) => cell.scenario === scenario).map((cell) => runsOfCell(runs, cell).length);
    return `${scenario} ${Math.min(...counts)}`;
  });
  const places = placesOf(cells, runs);
  return [
    [line(columns), line(aligned), ...rows].join('\n'),
    [`Seeds of each method, at least: ${seeds.join(', ')}.`, ...places].join(' '),
  ].join('\n\n');
}

/** One row for each method: its family, settings, scenarios, guarantee, and how published values came out. */
function whatEachIsTable(runs: readonly ReproducedRun[]): string {
  const rows = methodIds.map((id) => {
    const { title, settings, scenarios: fits } = cardOf(id);
    const { family, guarantee, file = id } = whatEachIs[id];
    const places = scenarios.flatMap((scenario) => {
      const { fit } = fits[scenario];
      return fit === 'undefined' ? [] : [fit === 'defined' ? scenario : `${scenario} †`];
    });
    return line([
      `[${title}](methods/${id}.md)`,
      family,
      Object.keys(settings.shape)
        .map((name) => `\`${name}\``)
        .join(', '),
      places.join(', '),
      guarantee === undefined ? '' : `[${guarantee}](../test/guarantees/${file}.test.ts)`,
      verdictsOn(id, runs),
    ]);
  });
  const columns = ['Method', 'Family', 'Settings', 'Scenarios', 'Guarantee', 'Published values'];
  return [line(columns), line(columns.map(() => '---')), ...rows].join('\n');
}

/** How many published values of a method came out how. */
function verdictsOn(id: MethodId, runs: readonly ReproducedRun[]): string {
  const kinds = protocols.flatMap((protocol) =>
    cellsOf(protocol).flatMap((cell, i) => {
      if (protocol.methods[i]?.entry.method !== id) return [];
      const own = runsOfCell(runs, cell);
      return cell.values.map((value) => {
        const ours = summarise(own.map(({ measures }) => measures[value.measure as RunMeasureName] ?? NaN));
        return ours.n === 0 ? 'not run' : verdictOf(ours, value).kind;
      });
    }),
  );
  const count = (...named: string[]) => kinds.filter((kind) => named.includes(kind)).length;
  const parts = [
    [count('agrees'), 'agree'],
    [count('outside'), 'outside'],
    [count('too few seeds', 'unverified', 'not comparable'), 'without a verdict'],
    [count('not run'), 'not run'],
  ] as const;
  return parts.flatMap(([n, word]) => (n > 0 ? [`${n} ${word}`] : [])).join(', ');
}

/** The largest of the scenarios. */
function memoryText(cells: readonly SideBySideCell[], runs: readonly ReproducedRun[]): string {
  const bytes = cells.flatMap((cell) => runsOfCell(runs, cell).flatMap(({ measures }) => measures.memoryBytes ?? []));
  return bytes.length === 0 ? '–' : formatValue('memoryBytes', Math.max(...bytes));
}

/** What was measured of one method: beside published values, and side by side with all others. */
function measuredTable(id: MethodId, cells: readonly SideBySideCell[], runs: readonly ReproducedRun[]): string {
  const published = protocols.flatMap((protocol) =>
    cellsOf(protocol).flatMap((cell, i) => {
      const own = runsOfCell(runs, cell);
      if (protocol.methods[i]?.entry.method !== id || own.length === 0) return [];
      return numbersOf(cell, own).map((numbers) => line([`\`${protocol.id}\``, cell.label, ...numbers]));
    }),
  );
  const beside = byMethod(cells, id).flatMap((cell) => {
    const own = runsOfCell(runs, cell);
    const measure = accuracyOf(cell);
    const ours = summarise(own.map(({ measures }) => measures[measure] ?? NaN));
    if (ours.n === 0) return [];
    const numbers = [formatValue(measure, ours.mean, 2), formatValue(measure, ours.sd, 2), String(ours.n)];
    const seconds = formatDuration(summarise(own.map((run) => run.seconds)).mean);
    const { title } = measureInfo[measure];
    return [line([`side by side, ${cell.scenario}`, cell.label, title, '', ...numbers, '', seconds])];
  });
  if (published.length + beside.length === 0) return 'Not measured yet.';
  return [line(['Protocol', ...head]), line(['---', ...rule]), ...published, ...beside].join('\n');
}
