import type { Method } from '../contract/method';

/**
 * Stable SGD (Mirzadeh, Farajtabar, Pascanu & Ghasemzadeh, NeurIPS 2020) is plain training by a recipe, which its card
 * prescribes and the engine has for every method: step size max(lr · γ^t, 5e-5) in the t-th task (t from 1), dropout in
 * training, small batches. As in the authors' code SGD has a momentum of 0.8, of which the paper says nothing, and the
 * optimiser is made anew for each pass over the data. As in its second version dropout is off at test, and each pass is
 * shuffled; in the first it was on, and passes went in the order of the file.
 */
export const createStableSgd = (): Method => ({ id: 'stable-sgd' });
