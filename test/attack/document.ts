import { cpus, totalmem } from 'node:os';
import { formatDuration } from '../../src/core/format';
import type { SectionResult } from './attacking';
import type { Row, Share } from './tally';

export interface About {
  readonly command: string;
  readonly seconds: number;
  readonly date: Date;
}

/** docs/reliability.md: what was tried, how often, and what came of it. */
export function documentOf(results: readonly SectionResult[], { command, seconds, date }: About): string {
  const findings = results.reduce((sum, { tally }) => sum + tally.findings, 0);
  const lines = [
    '# Reliability',
    '',
    'Lethe is attacked: its processes are killed, its files mutated, its disks filled. The real programs run on real files;',
    'what they must not lose, leave or let in is looked at after every trial. Made by',
    '',
    `    ${command}`,
    '',
    `on ${date.toISOString().slice(0, 10)} in ${formatDuration(seconds)}, on ${machine()}. A short version of it is part of \`npm test\`; [SECURITY.md](../SECURITY.md) says what is promised.`,
    '',
    findings === 0
      ? 'Nothing was found: no number was lost, nothing hung, nothing was left.'
      : `**${counted(findings)} things were found; the last column says what.**`,
    '',
    'A kill may hit at any moment or at any single operation on a file: before it, in the middle of it, after it. _Logs_ says in how many trials all event logs could be read, _results_ in how many the parameters after every task and all events were those of an uninterrupted run, bit for bit. _Left_ counts processes that were still there when nothing should be.',
    '',
    ...results.flatMap(sectionLines),
    ...skippedLines(results),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

const machine = () =>
  `${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node.js ${process.versions.node}`;

function sectionLines({ section, tally, tables, seconds }: SectionResult): string[] {
  return [
    `## ${section.title}`,
    '',
    '| Kind of fault | Trials | Logs readable | Results identical | Hangs | Processes left | What was found |',
    '| --- | ---: | ---: | ---: | ---: | ---: | --- |',
    ...tally.rows.map(rowLine),
    '',
    `In ${formatDuration(seconds)}.`,
    '',
    ...tables.flatMap((table) => [table, '']),
  ];
}

const rowLine = ({ kind, trials, readable, identical, hangs, left, found }: Row): string =>
  `| ${[kind, counted(trials), shareOf(readable), shareOf(identical), countOf(hangs), countOf(left), foundIn(found)].join(' | ')} |`;

const counted = (n: number) => n.toLocaleString('en');
const countOf = (n: number | undefined) => (n === undefined ? '–' : counted(n));
const shareOf = ({ of, yes }: Share) => (of === 0 ? '–' : yes === of ? 'all' : `${counted(yes)} of ${counted(of)}`);

const foundIn = (found: ReadonlyMap<string, number>): string =>
  found.size === 0
    ? 'nothing'
    : [...found].map(([what, count]) => `${cell(what)}${count === 1 ? '' : ` (${counted(count)} times)`}`).join('; ');

/** Text of any program as it may stand in a cell of a table: no path of this machine, nothing that ends the cell. */
const cell = (text: string): string =>
  text
    .replace(/(?:\/[\w.+@<>-]+){2,}\/?/g, '…')
    .replace(/[|`<>*_\\]/g, '\\$&')
    .replace(/\s+/g, ' ')
    .slice(0, 160);

function skippedLines(results: readonly SectionResult[]): string[] {
  const skipped = results.flatMap((result) => [...result.skipped]);
  return skipped.length === 0 ? [] : ['## Left out', '', ...skipped.map(([what, why]) => `- ${what}: ${why}`), ''];
}
