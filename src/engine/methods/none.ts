import type { Method } from '../contract/method';

/** Fine-tuning with no remedy: the lower bound. */
export const createNone = (): Method => ({ id: 'none' });
