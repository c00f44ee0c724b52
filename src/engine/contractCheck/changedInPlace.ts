import type { Learner } from '../contract/learner';
import type { Kept, StoredValues } from '../contract/memory';
import type { Method } from '../contract/method';

/** Parts on the host that are called when the memory is there. */
const hostParts = [
  'beforePhase',
  'stepSize',
  'batches',
  'met',
  'afterStep',
  'afterSteps',
  'afterTask',
  'constants',
  'beforeEvaluation',
  'parametersFor',
  'inspect',
  'memoryBytes',
] as const satisfies readonly (keyof Method)[];

/**
 * A method that is looked at for arrays of its memory that it changes in place: before and after each part on the host.
 *
 * @param found told of such an array, and of the part that it changed in, where that is known
 */
export function changedInPlace(method: Method, found: (name: string, part?: keyof Method) => void): Method {
  let learner: Learner | undefined;
  let seen: { readonly name: string; readonly values: StoredValues; readonly copy: StoredValues }[] = [];
  const look = (part?: keyof Method) => {
    const { memory } = learner as Learner;
    const changed = seen.find(({ values, copy }) => values.some((value, i) => !Object.is(value, copy[i])));
    seen = [];
    if (changed) found(changed.name, part);
    seen = Object.entries(method.keeps?.() ?? {}).map(([name, kept]) => {
      const values = valuesOf(memory, name, kept);
      return { name, values, copy: values.slice() };
    });
  };
  const looking = (part: keyof Method, own: (...given: never[]) => unknown) => {
    return (...given: never[]) => {
      look();
      const made = own(...given);
      if (made instanceof Promise)
        return made.then((value: unknown) => {
          look(part);
          return value;
        });
      look(part);
      return made;
    };
  };
  const parts = hostParts.flatMap((part) => (method[part] ? [[part, looking(part, method[part].bind(method))]] : []));
  return {
    ...method,
    ...(Object.fromEntries(parts) as Partial<Method>),
    begin(own) {
      learner = own;
      method.begin?.(own);
    },
  };
}

function valuesOf(memory: Learner['memory'], name: string, { initial }: Kept): StoredValues {
  if (initial instanceof Float32Array) return memory.floats(name);
  return initial instanceof Int32Array ? memory.integers(name) : memory.bytes(name);
}
