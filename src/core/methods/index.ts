import { agem } from './agem';
import type { MethodCard } from './card';
import { ewc } from './ewc';
import { joint } from './joint';
import { none } from './none';
import { packnet } from './packnet';
import { replay } from './replay';
import { sam } from './sam';
import { si } from './si';
import { sleep } from './sleep';

export type { MethodCard } from './card';

/** Every built-in method, in the order the palette, completion and documentation list them. */
export const cards = { none, joint, ewc, si, packnet, replay, agem, sam, sleep } satisfies Record<string, MethodCard>;
export type MethodId = keyof typeof cards;

export const methodIds = Object.keys(cards) as MethodId[];
export const isMethodId = (id: string): id is MethodId => Object.hasOwn(cards, id);
export const cardOf = (id: MethodId): MethodCard => cards[id];
