import * as tf from '@tensorflow/tfjs-core';

/**
 * The tensors of this process that nobody has disposed of yet. What a run made is held by its network, its optimiser and
 * its method, and nobody else knows of all of it: when the run is over it is let go of here.
 */
export class LiveTensors {
  private readonly live = new Set<tf.Tensor>();

  /** Counts from now on. */
  constructor() {
    const engine = tf.engine();
    const [track, dispose] = [engine.trackTensor.bind(engine), engine.disposeTensor.bind(engine)];
    engine.trackTensor = (tensor, backend) => {
      track(tensor, backend);
      this.live.add(tensor);
    };
    engine.disposeTensor = (tensor) => {
      dispose(tensor);
      this.live.delete(tensor);
    };
  }

  /** Disposes of all of them. */
  disposeAll(): void {
    for (const tensor of this.live) tensor.dispose();
  }
}
