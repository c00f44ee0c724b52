import type { Method, Phase } from '../contract/method';

/** The method, each part of which is noted when it is called. */
export function noting(method: Method, called: Set<string>): Method {
  const parts = Object.entries(method).map(([part, own]: [string, unknown]) => {
    if (typeof own !== 'function') return [part, own];
    const noted = (...given: unknown[]): unknown => {
      called.add(part);
      return (own as (...given: unknown[]) => unknown)(...given);
    };
    return [part, noted];
  });
  return Object.fromEntries(parts) as Method;
}

/** The method, whose phases ask in the middle (`afterSteps`) where small runs would be over before they first ask. */
export const askingSoon = (method: Method): Method => ({
  ...method,
  ...(method.phases && { phases: (task, steps) => (method.phases?.(task, steps) ?? []).map(sooner) }),
});

const sooner = (phase: Phase): Phase =>
  phase.askEvery === undefined || phase.askEvery < phase.steps
    ? phase
    : { ...phase, askEvery: Math.max(1, Math.floor(phase.steps / 2)) };
