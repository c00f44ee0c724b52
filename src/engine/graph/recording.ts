import { createHash, type Hash } from 'node:crypto';
import type { Attributes, TensorSpec } from './model';

/** Where a value of a recording comes from: one of its arguments, or an output of one of its nodes. */
export type Ref = { readonly argument: number } | { readonly node: number; readonly output: number };

export interface RecordedOperation {
  readonly op: string;
  readonly inputs: readonly Ref[];
  readonly attributes: Attributes;
  readonly outputs: readonly TensorSpec[];
}

/** A pure function of tensors as a list of operations, each after those it needs. */
export interface Recording {
  readonly args: readonly TensorSpec[];
  readonly nodes: readonly RecordedOperation[];
  readonly results: readonly Ref[];
}

export const specOf = ({ args, nodes }: Pick<Recording, 'args' | 'nodes'>, ref: Ref): TensorSpec => {
  const spec = 'argument' in ref ? args[ref.argument] : nodes[ref.node]?.outputs[ref.output];
  if (!spec) throw new Error('a value of the recording does not exist');
  return spec;
};

/** The recording without operations that no result needs. */
export function pruned({ args, nodes, results }: Recording): Recording {
  const needed = new Set<number>();
  const visit = (ref: Ref): void => {
    if ('argument' in ref || needed.has(ref.node)) return;
    needed.add(ref.node);
    nodes[ref.node]?.inputs.forEach(visit);
  };
  results.forEach(visit);
  const kept = [...needed].sort((a, b) => a - b);
  const position = new Map(kept.map((node, i) => [node, i]));
  const moved = (ref: Ref): Ref =>
    'argument' in ref ? ref : { node: position.get(ref.node) ?? 0, output: ref.output };
  return {
    args,
    nodes: kept.flatMap((node) => {
      const found = nodes[node];
      return found ? [{ ...found, inputs: found.inputs.map(moved) }] : [];
    }),
    results: results.map(moved),
  };
}

/** Hash of all that a recording is: operations, wiring, attributes and the contents of constants. */
export function fingerprint({ args, nodes, results }: Recording): string {
  const hash = createHash('sha256').update(JSON.stringify([args, results]));
  for (const node of nodes) addNode(hash, node);
  return hash.digest('hex');
}

/** The number of the first operation in which two recordings differ. */
export function firstDifference(a: Recording, b: Recording): number {
  const hashOf = (node: RecordedOperation | undefined) => node && addNode(createHash('sha256'), node).digest('hex');
  const found = a.nodes.findIndex((node, i) => hashOf(node) !== hashOf(b.nodes[i]));
  return found < 0 ? a.nodes.length : found;
}

function addNode(hash: Hash, { op, inputs, attributes }: RecordedOperation): Hash {
  hash.update(JSON.stringify([op, inputs]));
  for (const [name, attribute] of Object.entries(attributes)) {
    hash.update(name);
    if (attribute.kind === 'tensor') {
      const { shape, dtype, content } = attribute.value;
      hash.update(JSON.stringify([shape, dtype])).update(content);
    } else hash.update(JSON.stringify(attribute));
  }
  return hash;
}
