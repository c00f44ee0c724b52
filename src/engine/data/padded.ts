import { paddedShape } from '../../core/stream';
import type { Dataset, Examples } from '../contract/dataset';
import { inputsOf } from './dataset';

/** The data set with `pad` pixels of zeros on every side of its images; itself where there are none to add. */
export function padded(dataset: Dataset, pad: number): Dataset {
  if (pad === 0) return dataset;
  const [height, width, channels] = dataset.shape;
  const shape = paddedShape(dataset.shape, pad);
  const [before, after] = [inputsOf(dataset), inputsOf({ shape })];
  const [row, wideRow] = [width * channels, shape[1] * channels];
  const enlarged = ({ count, images, labels }: Examples): Examples => {
    const larger = new (images instanceof Uint8Array ? Uint8Array : Float32Array)(count * after);
    for (let i = 0; i < count; i++)
      for (let y = 0; y < height; y++) {
        const from = i * before + y * row;
        larger.set(images.subarray(from, from + row), i * after + (y + pad) * wideRow + pad * channels);
      }
    return { count, images: larger, labels };
  };
  return { ...dataset, shape, train: enlarged(dataset.train), test: enlarged(dataset.test) };
}
