import type { ComparedExperiment, ComparedVariant } from '../core/comparedExperiment';
import { ownValue } from '../core/ownValue';
import { t } from '../core/text';
import { markup, type Markup } from './markup';
import { scrollable } from './scrollable';

/** Of one value, in characters: what another program describes may be of any length. */
const LONGEST_VALUE = 300;

const valueText = (value: unknown): string => {
  const text = wholeText(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
};

function wholeText(value: unknown): string {
  if (value === undefined) return t('not set');
  if (Array.isArray(value)) return listText(value);
  if (typeof value === 'number' && Math.abs(value) >= 1e6) return value.toExponential().replace('e+', 'e');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function listText(list: readonly unknown[]): string {
  if (list.length === 0) return t('none');
  return list.some((item) => typeof item === 'object') ? JSON.stringify(list) : list.map(wholeText).join(', ');
}

const pairsOf = (settings: object) =>
  Object.entries(settings).filter(([, value]) => value !== undefined) as [string, unknown][];

export function settingsSection(experiment: ComparedExperiment): Markup {
  const { stream, network, training, evaluation, seeds, variants } = experiment;
  const shared = Object.entries({ stream, network, training, evaluation }).filter(([, of]) => pairsOf(of).length > 0);
  return markup`<h2>${t('Settings')}</h2>
<div class="card"><dl class="pairs">${shared.map(
    ([kind, settings]) =>
      markup`<dt>${kind}</dt><dd>${pairsOf(settings).map(([key, value], i) => markup`${i > 0 ? ' · ' : ''}${key} <b>${valueText(value)}</b>`)}</dd>`,
  )}<dt>seeds</dt><dd><b>${valueText(seeds)}</b></dd></dl></div>
<p></p>
${scrollable(t('Settings of every variant'), markup`<table class="words"><thead><tr>${[t('Variant'), t('Method settings'), t('Differs from the experiment in')].map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead><tbody>${variants.map((variant) => markup`<tr><th scope="row">${variant.label}</th><td>${methodSettings(variant)}</td><td class="differs">${ownSettings(variant, experiment)}</td></tr>`)}</tbody></table>`)}`;
}

function methodSettings(variant: ComparedVariant): Markup[] {
  return variant.methods.map(({ method, settings }) => {
    const pairs = pairsOf(settings);
    return markup`<div><code>${method}</code>${pairs.length === 0 ? undefined : ': '}${pairs.map(([key, value], i) => `${i > 0 ? ' · ' : ''}${key} ${valueText(value)}`)}</div>`;
  });
}

function ownSettings(variant: ComparedVariant, experiment: ComparedExperiment): Markup {
  if (variant.differs.length === 0) return markup`<span class="soft">${t('nothing')}</span>`;
  return markup`${variant.differs.map((name) => {
    const [own, base] = [settingAt(variant, name), settingAt(experiment, name)];
    return markup`<div><code>${name}</code> <span class="own">${valueText(own)}</span> <span class="soft">${t('instead of {0}', valueText(base))}</span></div>`;
  })}`;
}

/** Reads `network.hidden` and the like; another program's keys may have dots in them. */
function settingAt(of: object, dotted: string): unknown {
  const dot = dotted.indexOf('.');
  return ownValue(ownValue(of, dotted.slice(0, dot)), dotted.slice(dot + 1));
}
