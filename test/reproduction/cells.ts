/** What is reproduced: every method of every published protocol. */
import type { Catalogue } from '../../src/core/catalogue';
import type { Experiment } from '../../src/core/experiment';
import { parseExperiment } from '../../src/core/parse';
import { protocols } from '../../src/core/protocols/index';
import type { Protocol, PublishedValue } from '../../src/core/protocols/protocol';
import { specHash, specOf } from '../../src/runs/index';

/** One method of one protocol, with the seeds that are planned of it. */
export interface Cell {
  readonly protocol: string;
  /** Of the variant. */
  readonly key: string;
  readonly label: string;
  /** Of its runs with this build. */
  readonly hash: string;
  readonly seeds: number;
  readonly values: readonly PublishedValue[];
  readonly differs?: string;
}

/** Seeds where nothing else is said: five is the least that a verdict takes. */
const USUAL = 5;

/** Where a run takes seconds, up to a minute. */
const QUICK = 10;

/**
 * By the beginning of a protocol's id and the method; the first that fits. One seed: what would take more than two hours
 * of two cores with five.
 */
const planned: readonly (readonly [string, string | undefined, number])[] = [
  // Its published scatter of runs is the largest: with ten the verdict would be open.
  ['split-mnist/van-de-ven-2022-task', 'none', 20],
  ['split-mnist/van-de-ven-2022', undefined, QUICK],
  ['split-mnist/van-de-ven-2019', undefined, USUAL],
  ['split-', undefined, QUICK],
  ['permuted-mnist/buzzega-2020', undefined, QUICK],
  ['rotated-mnist/buzzega-2020', undefined, QUICK],
  ['rotated-mnist/lopez-paz-2017', undefined, QUICK],
  ['permuted-mnist/van-de-ven-2019', undefined, 1],
  ['permuted-mnist/zenke-2017', undefined, 1],
  ['permuted-mnist/chaudhry-2019', 'gem', 1],
  ['permuted-mnist/farajtabar-2020', 'ogd', 1],
  ['rotated-mnist/farajtabar-2020', 'ogd', 1],
];

const seedsOf = (id: string, method: string): number =>
  planned.find(([start, only]) => id.startsWith(start) && (only === undefined || only === method))?.[2] ?? USUAL;

/** The experiment file of a protocol, as it is run. */
export const fileOf = ({ id }: Pick<Protocol, 'id'>): string => `${JSON.stringify({ extends: id })}\n`;

/** The cells of a protocol, in its order. @param catalogue the data sets that there are */
export function cellsOf(protocol: Protocol, catalogue?: Catalogue): Cell[] {
  const { experiment, problems } = parseExperiment(fileOf(protocol), catalogue);
  if (!experiment) throw new Error(problems.map(({ message }) => message).join('\n'));
  // Bounds that the protocol leaves out stand before its own methods.
  const own = experiment.variants.slice(experiment.variants.length - protocol.methods.length);
  return protocol.methods.map(({ entry, values, differs }, i) => {
    const variant = variantAt(own, i);
    return {
      protocol: protocol.id,
      key: variant.key,
      label: variant.label,
      hash: specHash(specOf(experiment, variant)),
      seeds: seedsOf(protocol.id, entry.method),
      values,
      ...(differs !== undefined && { differs }),
    };
  });
}

function variantAt(variants: Experiment['variants'], i: number): Experiment['variants'][number] {
  const variant = variants[i];
  if (!variant) throw new Error(`no variant ${i}`);
  return variant;
}

export const allCells = (catalogue?: Catalogue): Cell[] =>
  protocols.flatMap((protocol) => cellsOf(protocol, catalogue));
