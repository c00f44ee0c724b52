/** The answer in sentences: which method forgets least, which tasks are lost, and why. */
import type { ComparisonRow } from '../src/core/comparison';
import { findingsOf, type Findings } from '../src/core/findings';
import { formatBytes, formatGap, formatPercent, formatSummary } from '../src/core/format';
import { inARow } from '../src/core/text';
import type { SectionContext } from './sections/section';
import { list, t } from './strings';
import { lostRule, lostWords } from './lostTasks';
import { lossesOf } from './taskLeft';
import type { LiveVariant } from './variants';
import { whyOfVariant } from './why/whyOf';

/** One sentence or two, and whom they are about. */
export interface Said {
  /** Before the subject: among whom. */
  readonly lead?: string;
  readonly subject?: string;
  readonly text: string;
  /** What a word in it means. */
  readonly hint?: string;
}

/** Remedies that have sentences of their own: the weakest first, for they ask for a reason. */
const MOST_EXPLAINED = 5;
/** Of more than so many only the two weakest: the table is the answer then, and has to stay on the screen. */
const MANY = 8;
const EXPLAINED_OF_MANY = 2;

export function answerWords(context: SectionContext): Said[] {
  const { variants, all } = context;
  const findings = findingsOf(all.map(({ row }) => row));
  const remedies = ofFamilies(variants.filter(({ row }) => row.bound === undefined && !row.fork && row.seedsDone > 0));
  const explained = [...remedies]
    .sort((a, b) => worth(a) - worth(b))
    // Of the best its own sentence says enough.
    .filter(({ key }) => findings.best?.isAlone === true || key !== findings.best?.row.key)
    .slice(0, remedies.length > MANY ? EXPLAINED_OF_MANY : MOST_EXPLAINED)
    .flatMap((variant) => aboutVariant(variant, context, findings));
  return [...bestWords(findings), ...explained];
}

/** Of each family one: the chosen, or the best so far. */
function ofFamilies(variants: readonly LiveVariant[]): LiveVariant[] {
  const best = new Map<string, LiveVariant>();
  for (const variant of variants) {
    const { family, key, pick } = variant.row;
    const known = best.get(family?.key ?? key);
    if (!known || pick || (!known.row.pick && worth(variant) > worth(known))) best.set(family?.key ?? key, variant);
  }
  return [...best.values()];
}

const worth = ({ row }: LiveVariant) => {
  const { accuracy, taskAwareAccuracy } = row.measures;
  return Number.isFinite(accuracy.mean) ? accuracy.mean : 1 + taskAwareAccuracy.mean;
};

function bestWords({ best, least, leastLearns, bounds, own, toldOnly }: Findings): Said[] {
  if (!best) return [];
  const { row, isAlone, isSoFar, equals } = best;
  const values = {
    accuracy: `${formatSummary(row.measures.accuracy)} %`,
    forgetting: forgets(row),
  };
  const lead = t(toldOnly.length > 0 ? 'amongUntold' : 'amongAll', { n: own.length });
  const isBoth = least === row;
  const text = isAlone
    ? t('saidAlone', values)
    : isBoth
      ? t(isSoFar ? 'saidBothSoFar' : 'saidBoth', values)
      : t(isSoFar ? 'saidBestSoFar' : 'saidBest', values);
  const more = [
    ...gapWords(row, bounds),
    ...(isSoFar ? [] : memoryWords(row)),
    ...(equals.length > 0 ? [t('saidEquals', { labels: list(equals.map(({ label }) => label)) })] : []),
  ];
  const learns = leastLearns
    ? [t('saidLearnsLess', { own: formatPercent(leastLearns.own, 0), best: formatPercent(leastLearns.best, 0) })]
    : [];
  return [
    { ...(!isAlone && { lead }), subject: row.label, text: inARow([text, ...more, ...(isBoth ? learns : [])]) },
    ...(least && !isBoth
      ? [{ subject: least.label, text: inARow([t('saidLeast', { forgetting: forgets(least) }), ...learns]) }]
      : []),
  ];
}

const forgets = ({ measures }: ComparisonRow): string => formatPercent(measures.forgetting.mean);

function gapWords(row: ComparisonRow, bounds: readonly ComparisonRow[]): string[] {
  const gap = gapOf(row, bounds, 'accuracy');
  return gap ? [t('saidGap', gap)] : [];
}

/** Its gap in the table is on another scale than that of the others. */
function awareWords(row: ComparisonRow, { bounds }: Findings): string[] {
  const gap = row.taskAwareOnly === undefined ? undefined : gapOf(row, bounds, 'taskAwareAccuracy');
  return gap ? [t('saidAware', gap)] : [];
}

/** The gap that a row closes, and between which bounds by which accuracy. */
function gapOf(
  { measures }: ComparisonRow,
  bounds: readonly ComparisonRow[],
  by: 'accuracy' | 'taskAwareAccuracy',
): { readonly gap: string; readonly lower: string; readonly upper: string } | undefined {
  const [lower, upper] = [bounds.find(({ bound }) => bound === 'lower'), bounds.find(({ key }) => key === 'joint')];
  const { mean } = measures.gapClosed;
  if (!Number.isFinite(mean) || !lower || !upper) return undefined;
  const named = (bound: ComparisonRow) => `${bound.label} (${formatPercent(bound.measures[by].mean, 0)})`;
  return { gap: formatGap(mean), lower: named(lower), upper: named(upper) };
}

/** What it costs, where it keeps something of old tasks. */
function memoryWords({ measures }: ComparisonRow): string[] {
  const { mean } = measures.memoryBytes;
  return mean > 0 ? [t('saidMemory', { bytes: formatBytes(mean) })] : [];
}

/** What a remedy lost, and why its number is what it is. */
function aboutVariant(variant: LiveVariant, context: SectionContext, findings: Findings): Said[] {
  const { view, labels } = context;
  const why = whyOfVariant(variant, view)?.text;
  const lost = lostWords(lossesOf(variant), labels);
  const texts = [...lost, ...(why ? [why] : []), ...awareWords(variant.row, findings), ...scatterWords(variant)];
  if (texts.length === 0) return [];
  const said = { subject: t('saidAbout', { label: variant.label }), text: inARow(texts) };
  return [lost.length > 0 ? { ...said, hint: lostRule() } : said];
}

/** Where seeds lie further apart than this, a mean alone would mislead. */
const FAR_APART = 0.1;

function scatterWords({ row }: LiveVariant): string[] {
  const { min, max } = row.measures.accuracy;
  return max - min > FAR_APART ? [t('saidScatter', { from: formatPercent(min, 0), to: formatPercent(max, 0) })] : [];
}
