import { agem } from './agem';
import { averaging } from './averaging';
import type { MethodCard } from './card';
import { cumulative } from './cumulative';
import { der } from './der';
import { derpp } from './derpp';
import { ewc } from './ewc';
import { gdumb } from './gdumb';
import { gem } from './gem';
import { gpm } from './gpm';
import { icarl } from './icarl';
import { joint } from './joint';
import { lwf } from './lwf';
import { mas } from './mas';
import { mcSgd } from './mc-sgd';
import { none } from './none';
import { ogd } from './ogd';
import { packnet } from './packnet';
import { rehearsal } from './rehearsal';
import { replay } from './replay';
import { rwalk } from './rwalk';
import { sam } from './sam';
import { separate } from './separate';
import { si } from './si';
import { sleep } from './sleep';
import { stableSgd } from './stable-sgd';
import { progressive } from './progressive';
import { hat } from './hat';
import { generativeReplay } from './generative-replay';
import { l2Init } from './l2-init';
import { shrinkAndPerturb } from './shrink-and-perturb';
import { continualBackprop } from './continual-backprop';
import { remind } from './remind';
import { den } from './den';
import { branching } from './branching';
import { net2net } from './net2net';

export type { MethodCard } from './card';

/** Every built-in method, in the order the palette, completion and documentation list them. */
export const cards = {
  none,
  joint,
  cumulative,
  separate,
  ewc,
  si,
  mas,
  rwalk,
  lwf,
  packnet,
  progressive,
  hat,
  den,
  branching,
  replay,
  rehearsal,
  'generative-replay': generativeReplay,
  der,
  derpp,
  gdumb,
  icarl,
  remind,
  agem,
  gem,
  ogd,
  gpm,
  sam,
  'stable-sgd': stableSgd,
  averaging,
  'mc-sgd': mcSgd,
  sleep,
  'l2-init': l2Init,
  'shrink-and-perturb': shrinkAndPerturb,
  'continual-backprop': continualBackprop,
  net2net,
} satisfies Record<string, MethodCard>;
export type MethodId = keyof typeof cards;

export const methodIds = Object.keys(cards) as MethodId[];
export const isMethodId = (id: string): id is MethodId => Object.hasOwn(cards, id);
export const cardOf = (id: MethodId): MethodCard => cards[id];
