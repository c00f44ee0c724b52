/** The report as one HTML file that needs nothing else: no script, no font, no network. */
import type { SeveralResult } from '../core/analyses/severalResults';
import type { Comparison, VariantRuns } from '../core/comparison';
import type { ComparedExperiment } from '../core/comparedExperiment';
import type { RunWithHistory } from '../core/run';
import { inARow, language, listed, t } from '../core/text';
import { curveSection, matrixSection } from './chartSections';
import { comparisonSection, measuresSection, publishedSection, seedSection } from './comparisonTable';
import { glanceSection } from './glance';
import { landscapeSection } from './landscapeSection';
import { markup, Markup } from './markup';
import { provenanceSection } from './provenanceSection';
import { taskNames } from './series';
import { settingsSection } from './settingsSection';
import { style } from './style';
import { summaryOf } from './summary';
import { whySection } from './whySection';

export interface ReportInput {
  /** Path of the experiment file, as it should stand in the command that runs it again; runs may have none. */
  readonly file?: string;
  readonly experiment: ComparedExperiment;
  readonly runs: readonly RunWithHistory[];
  readonly comparison: Comparison;
  readonly groups: readonly VariantRuns<RunWithHistory>[];
  /** What was measured on parameters of several of the runs; nothing where left out. */
  readonly together?: readonly SeveralResult[];
  readonly created: Date;
}

/** One self-contained page: summary in words, comparison, charts with table twins, settings, and where it came from. */
export function htmlReport(input: ReportInput): string {
  const { comparison, groups, experiment } = input;
  const tasks = taskNames(input.runs, experiment);
  const page = markup`<!doctype html>
<html lang="${language()}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="generator" content="Lethe">
<title>${t('{0} – Lethe report', experiment.name)}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
<h1>${experiment.name}</h1>
<p class="meta">${input.file === undefined ? undefined : markup`<code>${input.file}</code> · `}${madeText(input.created, comparison)}</p>
${summarySection(input)}
${glanceSection(comparison)}
${comparisonSection(comparison)}
${publishedSection(comparison)}
${curveSection(groups, comparison, tasks)}
${matrixSection(groups, comparison, tasks)}
${whySection(experiment, comparison, groups, tasks)}
${landscapeSection(input.together ?? [], input.runs)}
${seedSection(comparison)}
${measuresSection(comparison)}
${settingsSection(experiment)}
${provenanceSection(input.file, input.runs)}
<footer>${t("Made by Lethe from the runs' event logs. Tasks are counted from 1 in text and charts.")}</footer>
</main>
</body>
</html>
`;
  return page.text;
}

/** Which of several reports on one experiment this is: each is written over the one before. */
function madeText(created: Date, { rows }: Comparison): string {
  const names = [...new Set(rows.flatMap(({ backends }) => backends))];
  const time = timeOf(created);
  return names.length === 0 ? t('report of {0}', time) : t('report of {0} · runs on {1}', time, listed(names));
}

/** Coordinated Universal Time, so that the page reads the same everywhere. */
const timeOf = (date: Date) => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function summarySection({ experiment, comparison, groups }: ReportInput): Markup {
  const words = summaryOf(experiment, comparison, groups);
  return markup`<section class="card lead-text" aria-label="${t('Summary')}">
<p>${unbroken(inARow(words.compared))}</p>
${words.findings.map((sentence) => markup`<p>${unbroken(sentence)}</p>`)}
${
  words.caveats.length === 0
    ? undefined
    : markup`<div class="caveats"><h2>${t('Mind when reading')}</h2><ul>${words.caveats.map((caveat) => markup`<li>${caveat}</li>`)}</ul></div>`
}
</section>`;
}

/** Keeps "85.9 ± 0.6 %" on one line. */
const unbroken = (text: string) => text.replace(/(?<=\d) (?=[±%])|(?<=±) /g, '\u00a0');
