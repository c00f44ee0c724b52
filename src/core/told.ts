import type { EventOf, RunEvent } from './events';

/** Kinds of events that are read from the log when somebody asks for them. */
export const toldKinds = ['mechanism', 'confusion', 'forgotten'] as const;
export type ToldKind = (typeof toldKinds)[number];

export const isTold = (event: RunEvent): event is EventOf<ToldKind> => toldKinds.some((kind) => kind === event.type);
