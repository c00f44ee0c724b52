import type { Experiment } from './experiment';
import { quoted } from './explain';
import { implementedBy, toldSettings } from './implemented';
import type { Finding } from './problems';

/** What the schema cannot say: whether each program implements a variant that there is, with the settings of that. */
export function checkImplemented({ variants }: Pick<Experiment, 'variants'>): Finding[] {
  const found = new Map<number, Finding>();
  for (const variant of variants) {
    const { program, entry } = variant;
    const asked = program?.implements;
    if (!asked || entry === undefined) continue;
    const other = implementedBy(variant, variants);
    if (!other) {
      const keys = variants.filter((one) => !one.program).map(({ key }) => key);
      const there = keys.length > 0 ? `Keys: ${keys.join(', ')}.` : 'There is none but programs.';
      const message = `No method of Lethe's here has the key or label ${quoted(asked.variant)}. ${there}`;
      found.set(entry, { severity: 'error', message, path: ['methods', entry, 'implements'] });
      continue;
    }
    const told = toldSettings(other);
    const twice = Object.keys(asked.settings).find((name) => Object.hasOwn(told, name));
    if (twice === undefined) continue;
    const message = `${other.label} has the setting ${quoted(twice)}, and the program is told its value: leave it out here.`;
    found.set(entry, { severity: 'error', message, path: ['methods', entry, 'settings', twice], atKey: true });
  }
  return [...found.values()];
}
