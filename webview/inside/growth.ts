import type { AccuracyKind } from '../../src/core/measured';
import { entriesOf } from '../../src/core/measured';
import type { Run } from '../../src/core/run';
import type { Grown } from '../../src/core/runModel';
import { t, type TextKey } from '../strings';
import type { Panel, ViewFor } from './panels';

/** A network after a task. */
export interface SizeAfter {
  readonly task: number;
  readonly parameters: number;
  /** Units of each layer; where the log says them. */
  readonly layers: Grown['layers'];
  /** Mean accuracy on the tasks so far, 0 to 1; NaN where it is not defined. */
  readonly accuracy: number;
  /** Of network and memory. */
  readonly bytes: number;
}

/** A parameter takes four bytes. */
const PER_PARAMETER = 4;
const MEGABYTE = 1e6;

export const hasGrown = ({ state }: Run): boolean => state.grown.length > 0;

/** The network of a run after each of its tasks; nothing where the log does not say how large it is, or what the method keeps beside it. */
export function sizesOf({ state }: Run, kind: AccuracyKind): SizeAfter[] {
  const { started, grown, rows } = state;
  return rows.flatMap((row): SizeAfter[] => {
    const found = grown.findLast(({ task }) => task <= row.task) ?? started;
    if (found?.parameters === undefined || row.memoryBytes === undefined) return [];
    const { parameters, layers } = found;
    const known = entriesOf(row, kind).flatMap(([task, value]) => (task <= row.task ? [value ?? NaN] : []));
    const accuracy = known.reduce((sum, value) => sum + value, 0) / known.length;
    return [{ task: row.task, parameters, layers, accuracy, bytes: PER_PARAMETER * parameters + row.memoryBytes }];
  });
}

/** A variant whose networks are looked at. */
export interface SizedVariant {
  readonly key: string;
  readonly label: string;
  readonly kind: AccuracyKind;
  readonly runs: readonly Run[];
}

/** What is compared: of each what a network comes to after a task. */
const measures = [
  ['networkParameters', 'networkParametersQuantity', ({ parameters }: SizeAfter) => parameters],
  // In per cent.
  [
    'networkPerByte',
    'networkPerByteQuantity',
    ({ accuracy, bytes }: SizeAfter) => (100 * accuracy) / (bytes / MEGABYTE),
  ],
] as const satisfies readonly (readonly [TextKey, TextKey, (size: SizeAfter) => number])[];

/** Size, and accuracy per byte, of networks that grow beside those that do not, task after task: means over their runs. */
export function growthPanels(variants: readonly SizedVariant[]): Panel[] {
  if (!variants.some(({ runs }) => runs.some(hasGrown))) return [];
  const sized = variants.flatMap(({ label, kind, runs }) => {
    const own = runs.map((run) => sizesOf(run, kind)).filter(({ length }) => length > 0);
    return own.length === 0 ? [] : [{ label, own }];
  });
  const tasks = [...new Set(sized.flatMap(({ own }) => own.flat().map(({ task }) => task)))].sort((a, b) => a - b);
  const seeds = [...new Set(variants.flatMap(({ runs }) => runs.map(({ manifest }) => manifest.seed)))];
  return measures.map(([name, quantity, of]) => {
    const title = t(name);
    const views = tasks.map((task) => {
      const layers = sized.flatMap(({ label, own }) => {
        const values = own.flatMap((sizes) => sizes.filter((one) => one.task === task).map(of));
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        return values.length === 0 ? [] : [{ name: label, value: Number.isFinite(mean) ? mean : null }];
      });
      const view: ViewFor<'layers'> = { kind: 'layers', title, quantity: t(quantity), unit: '1', layers };
      return { task, view };
    });
    const sequences = [{ variant: '', label: t('networkAll'), seeds, views }];
    return { id: `network ${name}`, kind: 'layers', title, origin: 'network', sequences };
  });
}
