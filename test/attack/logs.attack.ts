import { compare, groupRuns } from '../../src/core/comparison';
import { groupNamed } from '../../src/core/namedExperiment';
import type { RunEvent } from '../../src/core/events';
import type { RunManifest } from '../../src/core/manifest';
import { viewsSchema } from '../../src/core/mechanism';
import type { RunStatus, RunWithHistory } from '../../src/core/run';
import { foldEvents, type RunHistory, type RunState } from '../../src/core/runModel';
import { randomInt, type Random } from '../../src/engine/random';
import { csv, htmlReport, latexTable, markdownTable, textTable } from '../../src/report/index';
import { LogFold } from '../../src/runs/eventLog';
import { specHash, specOf } from '../../src/runs/index';
import { parseManifest } from '../../src/runs/trackedRun';
import { fuzzerOf, isFiniteThroughout } from './fuzzer';
import { jsonText } from './json';
import { hostileText, mutatedBytes, mutatedValue } from './mutations';
import { chance, pick } from './draws';
import { foreignManifest, sampleEvents, sampleExperiment, sampleManifest } from './samples';
import { troublesOfCsv, troublesOfHtml, troublesOfTable } from './shownText';

/** A log in which some lines are mutated, missing, twice, or somewhere else, and perhaps some bytes. */
export function mutatedLog(random: Random): Buffer {
  const share = pick(random, [0.02, 0.1, 0.4]);
  const lines = sampleEvents.flatMap((event) => {
    if (!chance(random, share)) return [JSON.stringify(event)];
    const mutated = jsonText(mutatedValue(random, event));
    return pick(random, [
      [mutated],
      [mutated],
      [mutated, mutated],
      [],
      [JSON.stringify(pick(random, sampleEvents)), mutated],
    ]);
  });
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  return chance(random, 0.3) ? mutatedBytes(random, bytes) : bytes;
}

interface Folded {
  /** The fold that is kept of every run, and the one with all that was measured on the way. */
  readonly state: RunState;
  readonly history: RunHistory;
}

function fold(bytes: Buffer, cuts: readonly number[]): Folded {
  const log = new LogFold();
  const events: RunEvent[] = [];
  let from = 0;
  for (const end of [...cuts, bytes.length].sort((a, b) => a - b)) {
    events.push(...log.take(bytes.subarray(from, end)));
    from = end;
  }
  events.push(...log.settle());
  return { state: log.state, history: foldEvents(events) };
}

/** Lists of a fold hold what the log has, not more. */
const isBounded = ({ state, history }: Folded, lines: number): boolean =>
  [state.rows, state.warnings, state.unknownTypes, history.curve, history.losses, history.mechanisms].every(
    (list) => list.length <= lines,
  );

/** What was read of views is read again as the same, within their bounds. */
const areViews = ({ history }: Folded): boolean =>
  history.mechanisms.every(({ views }) => {
    const again = viewsSchema.safeParse(views);
    return again.success && JSON.stringify(again.data) === JSON.stringify(views);
  });

/** Whole logs: the fold is the same however the bytes are cut, its numbers are finite, its lists bounded. */
export const attackLogs = fuzzerOf(
  'log',
  (random) => {
    const bytes = mutatedLog(random);
    return { text: bytes.toString('latin1'), cuts: [0, 1, 2].map(() => randomInt(random, bytes.length + 1)) };
  },
  ({ text, cuts }) => {
    const bytes = Buffer.from(text, 'latin1');
    const [folded, again] = [fold(bytes, cuts), fold(bytes, [])];
    return [
      ...(JSON.stringify(folded) === JSON.stringify(again) ? [] : ['the fold depends on where the bytes were cut']),
      ...(isFiniteThroughout(folded) ? [] : ['the fold holds a number that is not finite']),
      ...(isBounded(folded, text.split('\n').length) ? [] : ['a list of the fold is longer than the log']),
      ...(areViews(folded) ? [] : ['a view of a method is read otherwise the second time']),
    ];
  },
);

interface Shown {
  readonly name: string;
  /** Compared as runs of the sample experiment; else by their name alone, whoever trained them. */
  readonly hasFile: boolean;
  readonly runs: readonly { readonly manifest: RunManifest; readonly log: string; readonly status: RunStatus }[];
}

const statuses: readonly RunStatus[] = ['done', 'done', 'done', 'running', 'stopped', 'failed', 'crashed', 'queued'];

/** A manifest that still counts as a run of its variant. */
function mutatedManifest(random: Random, manifest: RunManifest): RunManifest {
  const read = parseManifest(jsonText(mutatedValue(random, manifest)), manifest.id);
  const { variant, experiment, ...rest } = typeof read === 'string' ? manifest : read;
  const named = chance(random, 0.3) ? { key: hostileText(random), label: hostileText(random) } : {};
  return {
    ...rest,
    experiment: chance(random, 0.3) ? { ...experiment, name: hostileText(random) } : experiment,
    variant: { ...variant, ...named, hash: manifest.variant.hash },
  };
}

/** What is shown of mutated runs: comparison, tables, CSV and report, with nothing in them that acts. */
export const attackReports = fuzzerOf(
  'report',
  (random): Shown => {
    const hasFile = chance(random, 0.5);
    const sample = hasFile ? sampleManifest : foreignManifest;
    return {
      name: chance(random, 0.5) ? 'Tiny' : hostileText(random),
      hasFile,
      runs: Array.from({ length: 4 }, (_, i) => ({
        manifest: mutatedManifest(random, sample(i, 1 + (i % 3))),
        log: mutatedLog(random).toString('latin1'),
        status: pick(random, statuses),
      })),
    };
  },
  ({ name, hasFile, runs: made }) => {
    const runs = made.map(({ manifest, log, status }): RunWithHistory => {
      const { state, history } = fold(Buffer.from(log, 'latin1'), []);
      return { manifest, status, state: { ...history, ...state } };
    });
    const { groups, ...about } = hasFile ? ofFile(name, runs) : ofName(name, runs);
    const comparison = compare(groups);
    const input = { ...about, runs, groups, comparison, created: new Date(0) };
    return [
      ...troublesOfHtml(htmlReport(input)),
      ...troublesOfTable('text', textTable(comparison)),
      ...troublesOfTable('Markdown', markdownTable(comparison)),
      ...troublesOfTable('LaTeX', latexTable(comparison)),
      ...troublesOfCsv(csv(runs)),
    ];
  },
);

function ofFile(name: string, runs: readonly RunWithHistory[]) {
  const experiment = { ...sampleExperiment, name };
  return { file: 'tiny.lethe.json', experiment, groups: groupRuns(experiment, runs, hashOf) };
}

const ofName = (name: string, runs: readonly RunWithHistory[]) =>
  groupNamed(
    name,
    runs.map((run) => ({ ...run, manifest: { ...run.manifest, experiment: { name } } })),
  );

const hashes = new Map(
  sampleExperiment.variants.map((variant) => [variant.key, specHash(specOf(sampleExperiment, variant))]),
);
const hashOf = (key: string): string => hashes.get(key) ?? '';
