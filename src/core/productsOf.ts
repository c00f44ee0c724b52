import { imageShapes, isOwnNetwork, volumeOf, type ImageShape, type NetworkSpec, type ResnetSpec } from './recipe';

/** Products of a pass of one image through the hidden layers. */
export function productsOf(network: NetworkSpec, image: ImageShape): number {
  // What one of the user's own does is not known: as much as a layer of 100 units.
  if (isOwnNetwork(network)) return volumeOf(image) * 100;
  if (network.kind === 'resnet18') return productsOfResnet(network, image);
  const images = network.kind === 'cnn' ? imageShapes(network, image) : [image];
  let inputs = volumeOf(images.at(-1) ?? image);
  let products = 0;
  if (network.kind === 'cnn')
    network.conv.forEach((filters, i) => (products += volumeOf(images[i] ?? image) * network.kernel ** 2 * filters));
  for (const units of network.hidden) {
    products += inputs * units;
    inputs = units;
  }
  return products;
}

/** Its stages have the same number of products, but for the first convolutions of each: some 16 of 3 × 3 at full size. */
const productsOfResnet = ({ filters }: ResnetSpec, [height, width]: ImageShape): number =>
  height * width * 9 * filters ** 2 * 16;
