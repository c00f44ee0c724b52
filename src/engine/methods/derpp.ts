import type { DerppSettings } from '../../core/methods/derpp';
import type { Method } from '../contract/method';
import { createDer } from './der';

/** DER++ (Buzzega et al. 2020, eq. 6, algorithm 2): DER with a third term, the loss of replayed examples with their labels. */
export const createDerpp = ({ beta, ...settings }: DerppSettings): Method => createDer(settings, 'derpp', beta);
