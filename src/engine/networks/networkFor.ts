import type { ImageShape, NetworkSpec } from '../../core/recipe';
import type { Network } from '../contract/network';
import { createNetwork } from './network';
import { createResnet } from './resnet';

/** The network that an experiment describes. @param inputs shape of the images */
export const networkFor = (spec: NetworkSpec, inputs: ImageShape, outputs: number): Network =>
  spec.kind === 'resnet18' ? createResnet(spec, inputs, outputs) : createNetwork(spec, inputs, outputs);
