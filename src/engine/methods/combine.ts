import * as tf from '@tensorflow/tfjs-core';
import type { Constants } from '../steps/batch';
import type { Method } from './method';

/** Several methods as one: their batches, penalties, gradients and updates are applied one after the other, in order. */
export function combine(methods: readonly Method[]): Method {
  const [only] = methods;
  if (methods.length === 1 && only) return only;
  const having = (key: keyof Method) => methods.filter((method) => method[key] !== undefined);
  const penalised = having('penalty');
  const rewriting = having('gradient');
  const updating = having('update');
  return {
    id: methods.map(({ id }) => id).join('+'),
    begin: (learner) => methods.forEach((method) => method.begin?.(learner)),
    beforePhase: async (position) => {
      for (const method of methods) await method.beforePhase?.(position);
    },
    batch: (current, position) => methods.reduce((batch, method) => method.batch?.(batch, position) ?? batch, current),
    constants: () =>
      Object.fromEntries(
        methods.flatMap((method) =>
          Object.entries(method.constants?.() ?? {}).map(([name, tensor]) => [`${method.id}/${name}`, tensor]),
        ),
      ),
    ...(penalised.length > 0 && {
      penalty: (theta: tf.Tensor1D, constants: Constants) => {
        const parts = penalised.flatMap((method) => method.penalty?.(theta, partOf(constants, method.id)) ?? []);
        if (parts.length === 0) return undefined;
        return {
          value: tf.addN(parts.map(({ value }) => value)),
          gradient: tf.addN(parts.map(({ gradient }) => gradient)),
        };
      },
    }),
    ...(rewriting.length > 0 && {
      gradient: (gradient: tf.Tensor1D, theta: tf.Tensor1D, constants: Constants) =>
        rewriting.reduce((g, method) => method.gradient?.(g, theta, partOf(constants, method.id)) ?? g, gradient),
    }),
    ...(updating.length > 0 && {
      update: (proposed: tf.Tensor1D, previous: tf.Tensor1D, constants: Constants) =>
        updating.reduce((p, method) => method.update?.(p, previous, partOf(constants, method.id)) ?? p, proposed),
    }),
    afterStep: (current, position) => methods.forEach((method) => method.afterStep?.(current, position)),
    afterTask: async (task) => {
      for (const method of methods) await method.afterTask?.(task);
    },
    memoryBytes: () => methods.reduce((sum, method) => sum + (method.memoryBytes?.() ?? 0), 0),
    inspect: (task) => {
      const views = methods.flatMap((method) =>
        Object.entries(method.inspect?.(task) ?? {}).map(([key, value]) => [`${method.id}.${key}`, value] as const),
      );
      return views.length > 0 ? Object.fromEntries(views) : undefined;
    },
    state: () =>
      Object.fromEntries(
        methods.flatMap((method) =>
          Object.entries(method.state?.() ?? {}).map(([key, value]) => [`${method.id}/${key}`, value]),
        ),
      ),
    restore(state) {
      const before = methods.map((method) => structuredClone(method.state?.() ?? {}));
      try {
        methods.forEach((method) => method.restore?.(partOf(state, method.id)));
      } catch (error) {
        methods.forEach((method, i) => method.restore?.(before[i] ?? {}));
        throw error;
      }
    },
  };
}

/** What belongs to one of the methods, by its own names. */
const partOf = <T>(whole: Readonly<Record<string, T>>, id: string): Record<string, T> =>
  Object.fromEntries(
    Object.entries(whole).flatMap(([key, value]) =>
      key.startsWith(`${id}/`) ? [[key.slice(id.length + 1), value]] : [],
    ),
  );
