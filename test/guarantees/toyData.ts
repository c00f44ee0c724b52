export { asTheyLie, toyDataset, toyManifest, type ToySpec } from '../../src/engine/contractCheck/toyData';
