import { cpus, totalmem } from 'node:os';
import { formatDuration } from '../../src/core/format';
import type { SectionResult } from './attacking';
import type { Section } from './section';
import type { Row, Share } from './tally';

export interface About {
  readonly command: string;
  readonly date: Date;
}

const HEAD = `# Reliability

Lethe is attacked: its processes are killed, its files mutated, its disks filled. The real programs run on real files; what they must not lose, leave or let in is looked at after every trial. Below each heading stands the command that made the table, which can be given again. Without arguments, \`npm run attack\` makes them all in minutes, with fewer trials; a short version is part of \`npm test\`. [SECURITY.md](../SECURITY.md) says what is promised. What was killed on a cluster stands [on its page](cluster.md#tried).

A kill may hit at any moment or at any single operation on a file: before it, in the middle of it, after it. _Logs_ says in how many trials all event logs could be read, _results_ in how many the parameters after every task and all events were those of an uninterrupted run, bit for bit. _Left_ counts processes that were still there when nothing should be.
`;

/** What is not attacked at random, but by tests, which are named. */
const TAIL = `## Held by tests

Real processes, ended at a place that the test chooses; part of \`npm test\`. What was killed on a real Slurm stands [on its page](cluster.md#tried).

| What | What is done to it | What holds | Tests |
| --- | --- | --- | --- |
| Batches of a cluster | workers that die, leave, fall silent, come again, never get further; a command that ends while it submits; jobs that the cluster gives without saying so; files of a batch that lead elsewhere | each run started once, put back or failed with the reason; stopped batches leave no job and no process; nothing outside the store is touched | \`test/faults/batches.test.ts\` |
| Programs | killed, ended without a word, deaf to a stop, not to be started; a command in a run folder, queued or named by a file | crashed, stopped or failed with the last lines; resumed from its checkpoint; a command that is not the file's is never started | \`test/faults/programs.test.ts\` |
| Runs that share a process | the process killed in the second of them, at its end, or while it is given the next; its keeper killed | that run alone is hurt, the others are trained by another process, with the numbers to the bit | \`test/faults/sharing.test.ts\`, \`test/guarantees/sharedProcess.test.ts\` |
| Packs and merged stores | paths, links and sizes that lie; ids that exist | nothing is written outside the store or over a run | \`src/runs/packs\` |
| Locks | damaged, of another experiment, behind a link | refused, and the file left as it is | \`test/faults/lock.test.ts\` |
`;

/**
 * docs/reliability.md: what was tried, how often, and what came of it. Sections that were not attacked this time stay as
 * they are in `earlier`, the document of before.
 */
export function documentOf(
  order: readonly Section[],
  results: readonly SectionResult[],
  about: About,
  earlier = '',
): string {
  const kept = sectionsIn(earlier);
  const texts = order.flatMap(({ title }) => {
    const made = results.find(({ section }) => section.title === title);
    return (made ? sectionText(made, about) : kept.get(title)) ?? [];
  });
  return [HEAD, ...texts, TAIL].join('\n');
}

/** Text of each section by its title. */
function sectionsIn(text: string): Map<string, string> {
  const [, ...parts] = `\n${text}`.split(/\n(?=## )/);
  return new Map(parts.map((part) => [/^## (.*)/.exec(part)?.[1] ?? '', `${part.trimEnd()}\n`]));
}

const machine = () =>
  `${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node.js ${process.versions.node}`;

function sectionText({ section, tally, tables, skipped, seconds }: SectionResult, { command, date }: About): string {
  const trials = tally.rows.reduce((sum, row) => sum + row.trials, 0);
  const lines = [
    `## ${section.title}`,
    '',
    `    ${command}`,
    '',
    `${counted(trials)} trials on ${date.toISOString().slice(0, 10)} in ${formatDuration(seconds)}, on ${machine()}: ${tally.findings === 0 ? 'nothing was found.' : `**${counted(tally.findings)} things were found.**`}`,
    '',
    '| Kind of fault | Trials | Logs readable | Results identical | Hangs | Processes left | What was found |',
    '| --- | ---: | ---: | ---: | ---: | ---: | --- |',
    ...tally.rows.map(rowLine),
    '',
    ...tables.flatMap((table) => [table, '']),
    ...[...skipped].map(([what, why]) => `- Left out: ${what}, ${why}`),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
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
