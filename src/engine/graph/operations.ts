import table from './operations.json';

/** A named input or output of an operation. */
export interface Argument {
  readonly name: string;
  /** Its data type: a number, or the attribute that holds it. */
  readonly type?: number | string;
  /** Attribute with the number of tensors it stands for. */
  readonly count?: string;
  /** Attribute with the list of types of the tensors it stands for. */
  readonly types?: string;
}

/** Signature of a TensorFlow operation. */
export interface Signature {
  readonly inputs: readonly Argument[];
  readonly outputs: readonly Argument[];
  /** Kind of each attribute, as TensorFlow writes it: `type`, `list(int)`, … */
  readonly attributes: Readonly<Record<string, string>>;
  /** It has an effect, or another result each time. */
  readonly stateful?: boolean;
}

const signatures = table as Readonly<Record<string, Signature>>;

/** The operations that kernels of tfjs-node run, and those the compiler adds: `scripts/make-operations.mjs` makes the table. */
export const isKnownOperation = (op: string): boolean => Object.hasOwn(signatures, op);

export function signatureOf(op: string): Signature {
  const found = signatures[op];
  if (!found) throw new Error(`the operation ${op} is not known`);
  return found;
}
