import { valueAt } from '../core/ownValue';
import type { Experiment, Variant } from '../core/experiment';
import { markup, type Markup } from './markup';
import { scrollable } from './scrollable';

const valueText = (value: unknown): string => {
  if (value === undefined) return 'not set';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(valueText).join(', ');
  if (typeof value === 'number' && Math.abs(value) >= 1e6) return value.toExponential().replace('e+', 'e');
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const pairsOf = (settings: object) =>
  Object.entries(settings).filter(([, value]) => value !== undefined) as [string, unknown][];

export function settingsSection(spec: Experiment): Markup {
  const shared = { stream: spec.stream, network: spec.network, training: spec.training, evaluation: spec.evaluation };
  return markup`<h2>Settings</h2>
<div class="card"><dl class="pairs">${Object.entries(shared).map(
    ([kind, settings]) =>
      markup`<dt>${kind}</dt><dd>${pairsOf(settings).map(([key, value], i) => markup`${i > 0 ? ' · ' : ''}${key} <b>${valueText(value)}</b>`)}</dd>`,
  )}<dt>seeds</dt><dd><b>${valueText(spec.seeds)}</b></dd></dl></div>
<p></p>
${scrollable('Settings of every variant', markup`<table class="words"><thead><tr><th scope="col">Variant</th><th scope="col">Method settings</th><th scope="col">Differs from the experiment in</th></tr></thead><tbody>${spec.variants.map((variant) => markup`<tr><th scope="row">${variant.label}</th><td>${methodSettings(variant)}</td><td class="differs">${ownSettings(variant, spec)}</td></tr>`)}</tbody></table>`)}`;
}

function methodSettings(variant: Variant): Markup[] {
  return variant.methods.map(({ method, settings }) => {
    const pairs = pairsOf(settings);
    return markup`<div><code>${method}</code>${pairs.length === 0 ? undefined : ': '}${pairs.map(([key, value], i) => `${i > 0 ? ' · ' : ''}${key} ${valueText(value)}`)}</div>`;
  });
}

function ownSettings(variant: Variant, spec: Experiment): Markup {
  if (variant.differs.length === 0) return markup`<span class="soft">nothing</span>`;
  return markup`${variant.differs.map((name) => {
    const [own, base] = [settingAt(variant, name), settingAt(spec, name)];
    return markup`<div><code>${name}</code> <span class="own">${valueText(own)}</span> <span class="soft">instead of ${valueText(base)}</span></div>`;
  })}`;
}

/** Reads `network.hidden` and the like. */
const settingAt = (of: object, dotted: string): unknown => valueAt(of, dotted.split('.'));
