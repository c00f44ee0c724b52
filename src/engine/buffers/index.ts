import { PER_TASK, type BufferPolicy, type BufferSettings } from '../../core/methods/buffers';
import type { Buffer } from './buffer';
import { classBalancedBuffer } from './classBalanced';
import { gssGreedyBuffer } from './gssGreedy';
import { perClassBuffer } from './perClass';
import { reservoirBuffer } from './reservoir';
import { ringBuffer, taskRingBuffer } from './ring';

export type { Buffer } from './buffer';
export { perClassBuffer } from './perClass';
export { reservoirBuffer } from './reservoir';

/** The buffer of each name (core/methods/buffers.ts has what they keep). */
const buffers: Record<BufferPolicy, (settings: BufferSettings) => Buffer> = {
  'per-class': ({ perClass }) => perClassBuffer(perClass),
  herding: ({ perClass }) => perClassBuffer(perClass, 'herding'),
  'k-center': ({ perClass }) => perClassBuffer(perClass, 'k-center'),
  'closest-to-mean': ({ perClass }) => perClassBuffer(perClass, 'closest-to-mean'),
  reservoir: ({ size }) => reservoirBuffer(size),
  ring: ({ perClass }) => ringBuffer(perClass),
  'task-ring': ({ perTask = PER_TASK }) => taskRingBuffer(perTask),
  'class-balanced': ({ size }) => classBalancedBuffer(size),
  'gss-greedy': ({ size }) => gssGreedyBuffer(size),
};

export const bufferFor = (settings: BufferSettings): Buffer => buffers[settings.buffer](settings);
