/** The tables of docs/reproduction.md, from lethe.lock and the published values. */
import { formatDuration, formatValue } from '../../src/core/format';
import { measureInfo, type RunMeasureName } from '../../src/core/measures/table';
import { protocols } from '../../src/core/protocols/index';
import type { Protocol, PublishedValue } from '../../src/core/protocols/protocol';
import { summarise } from '../../src/core/statistics';
import { verdictOf } from '../../src/core/verdict';
import { publishedText, sourceText, verdictText } from '../../src/core/verdictText';
import { cellsOf, type Cell } from './cells';
import { runsOfCell, type LockedRun } from './lockFile';

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

const head = ['Method', 'Measure', 'Published', 'Here', 'SD', 'Seeds', 'Verdict', 'Time of a run'];
const rule = ['---', '---', '---', '---:', '---:', '---:', '---', '---:'];

/** Every protocol with a row for each published value; of what was not run yet that is said. */
export const reproductionTables = (runs: readonly LockedRun[]): string =>
  protocols.map((protocol) => section(protocol, runs)).join('\n\n');

function section(protocol: Protocol, runs: readonly LockedRun[]): string {
  const { id, title, source, differences } = protocol;
  const cells = cellsOf(protocol);
  const notes = [
    ...sourcesOf(cells),
    ...(differences.length > 0 ? [`Known differences: ${differences.join(' ')}`] : []),
    ...cells.flatMap(({ label, differs }) => (differs === undefined ? [] : [`${label}: ${differs}`])),
    ...placesOf(cells, runs),
  ];
  return [
    `### \`${id}\``,
    `${title}. ${source}.`,
    [line(head), line(rule), ...cells.flatMap((cell) => rowsOf(cell, runsOfCell(runs, cell)))].join('\n'),
    notes.map((note) => `- ${note}`).join('\n'),
  ].join('\n\n');
}

const rowsOf = (cell: Cell, runs: readonly LockedRun[]): string[] =>
  cell.values.map((value, i) => line([i === 0 ? cell.label : '', ...numbersOf(value, runs)]));

function numbersOf(published: PublishedValue, runs: readonly LockedRun[]): string[] {
  const { measure } = published;
  const there = [measureInfo[measure].title, publishedText(published)];
  const ours = summarise(runs.map(({ measures }) => measures[measure as RunMeasureName] ?? NaN));
  if (ours.n === 0) return [...there, '–', '–', '0', 'not run yet', '–'];
  const verdict = verdictText(verdictOf(ours, published), ours.n);
  const seconds = summarise(runs.map((run) => run.seconds)).mean;
  const numbers = [formatValue(measure, ours.mean, 2), formatValue(measure, ours.sd, 2), String(ours.n)];
  return [...there, ...numbers, verdict, formatDuration(seconds)];
}

/** Where the values come from, each source once. */
const sourcesOf = (cells: readonly Cell[]): string[] => {
  const texts = [...new Set(cells.flatMap(({ values }) => values.map(sourceText)))];
  return [`Published: ${texts.join(' · ')}.`];
};

/** On what the runs of a protocol were trained. */
function placesOf(cells: readonly Cell[], runs: readonly LockedRun[]): string[] {
  const own = cells.flatMap((cell) => runsOfCell(runs, cell));
  const places = [...new Set(own.map(({ backend, processor }) => `${backend} on ${processor}`))];
  return places.length > 0 ? [`Trained with ${places.join('; ')}.`] : [];
}
