import type { BuiltInNetworkSpec, ImageShape } from '../../core/recipe';
import type { Network } from '../contract/network';
import { createNetwork } from './network';
import { createResnet } from './resnet';

/** The network that an experiment describes by one of Lethe's kinds. @param inputs shape of the images */
export const networkFor = (spec: BuiltInNetworkSpec, inputs: ImageShape, outputs: number): Network =>
  spec.kind === 'resnet18' ? createResnet(spec, inputs, outputs) : createNetwork(spec, inputs, outputs);
