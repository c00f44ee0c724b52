import { scenarios } from '../../src/core/methods/card';
import { cards, type MethodId } from '../../src/core/methods/index';
import { cases } from './cases';
import type { ToySpec } from './toyData';

/**
 * What every method must keep to. A new one is tried with its default settings in the small network of the toy runs; where
 * these do not suit it, it says here what does.
 */
const settings: Partial<Record<MethodId, ToySpec>> = {
  sleep: cases['sleep'],
  // Memories that are full before the task is over.
  der: { methods: { der: { size: 20, batchSize: 8 } } },
  derpp: { methods: { derpp: { size: 20, batchSize: 8 } } },
  gem: { methods: { gem: { perTask: 12 } } },
  gdumb: { methods: { gdumb: { size: 20 } } },
  // How many directions of an example hold a share of its energy goes by the network; that it is one direction does not.
  gpm: { methods: { gpm: { samples: 1, threshold: 0.99999 } } },
  icarl: cases['iCaRL'],
  remind: cases['remind'],
  // Of so few units the penalty at its usual strength would shut all gates.
  hat: cases['HAT'],
  // Steps large enough for units to drift.
  den: cases['den'],
  'generative-replay': cases['generative-replay'],
};

/** A run that trains with a method in the first scenario that it is for. @param trained what its training has, whatever the method */
export function suitable(id: MethodId, trained: ToySpec['training']): ToySpec {
  const scenario = [...scenarios].reverse().find((one) => cards[id].scenarios[one].fit !== 'undefined');
  const { training, stream, ...rest } = settings[id] ?? {};
  return {
    methods: { [id]: {} },
    ...rest,
    stream: { scenario, ...stream },
    training: { ...training, ...trained },
  };
}
