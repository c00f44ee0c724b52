import type { Experiment } from './experiment';
import { isOf, spreadKeys, type Expectation } from './expectation';
import { quoted } from './explain';
import type { Finding } from './problems';

/** What the schema cannot say: whether each expectation is of a variant that there is, with one spread. */
export const checkExpectations = ({ expect = [], variants }: Pick<Experiment, 'expect' | 'variants'>): Finding[] =>
  expect.flatMap((one, i) => [...checkVariant(one, variants, i), ...checkSpread(one, i)]);

function checkVariant(one: Expectation, variants: Experiment['variants'], i: number): Finding[] {
  if (variants.some((variant) => isOf(one, variant))) return [];
  const keys = variants.map(({ key }) => key).join(', ');
  const message = `No variant here has the key or label ${quoted(one.method)}. Keys: ${keys}.`;
  return [{ severity: 'error', message, path: ['expect', i, 'method'] }];
}

function checkSpread(one: Expectation, i: number): Finding[] {
  const given = (Object.keys(spreadKeys) as (keyof typeof spreadKeys)[]).filter((key) => one[key] !== undefined);
  const [, second] = given;
  if (second === undefined) return [];
  const message = `${given.map((key) => `"${key}"`).join(' and ')} say one thing twice: give one of them.`;
  return [{ severity: 'error', message, path: ['expect', i, second], atKey: true }];
}
