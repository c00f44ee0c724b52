import * as tf from '@tensorflow/tfjs-core';
import type { MethodId } from '../../core/methods/index';
import { volumeOf, type ImageShape, type OwnNetworkSpec } from '../../core/recipe';
import { openBackend, type Backend } from '../backend/backend';
import type { Network } from '../contract/network';
import { createMethod } from '../methods/index';
import { logitsOf, parametersOf } from '../networks/network';
import type { OwnNetworkModule } from '../own/moduleOf';
import { networkMaker } from '../own/ownParts';
import { completedSettings } from '../own/settings';
import { randomStream } from '../random';
import { ContractChecks, STEPS } from './checks';
import type { Telling } from './telling';
import { toyDataset, toyManifest, type ToySpec } from './toyData';
import { ToyRuns } from './toyRun';

export interface NetworkToCheck {
  readonly module: OwnNetworkModule;
  readonly settings: object;
  readonly wasmFolder: string;
}

/** Images that it is tried on: the first that it can be made for. */
const shapes: readonly ImageShape[] = [
  [8, 8, 1],
  [28, 28, 1],
  [32, 32, 3],
];

/** Methods that train every network, one of each way to look at its parameters. */
const methods: readonly (readonly [MethodId, object])[] = [
  ['ewc', { samples: 12 }],
  ['packnet', {}],
  ['sam', {}],
  ['replay', { perClass: 3 }],
];

/** Whether a network of the user's own keeps to what every network must. @throws OwnError for settings that are not its own */
export async function checkNetwork({ module, settings, wasmFolder }: NetworkToCheck, telling: Telling): Promise<void> {
  const own = completedSettings(module.settings, settings);
  const checking = new NetworkCheck(module, { ...own, kind: './own', output: 'softmax' }, telling);
  try {
    await checking.all(wasmFolder);
  } finally {
    checking.dispose();
  }
}

class NetworkCheck {
  private backend: Backend | undefined;
  private readonly runs = new ToyRuns(() =>
    this.backend ? Promise.resolve(this.backend) : Promise.reject(new Error('no backend is open')),
  );
  private shape: ImageShape = [8, 8, 1];

  constructor(
    private readonly module: OwnNetworkModule,
    private readonly network: OwnNetworkSpec,
    private readonly telling: Telling,
  ) {}

  dispose(): void {
    this.runs.removeFolders();
  }

  async all(wasmFolder: string): Promise<void> {
    const { telling } = this;
    this.backend = await openBackend('wasm', wasmFolder);
    const isMade = await telling.one('it can be made, and begins with the same numbers for the same seed', () =>
      this.requireBeginning(),
    );
    // All else would fail of the same.
    if (!isMade) return;
    await telling.one('at test an image gives the same whatever stands beside it', () => this.requireRowsApart());
    const alone = this.checks('none', {});
    await telling.one('all it gives is finite and of fixed shapes', () => alone.fixedAndFinite());
    await telling.one('the same settings give the same numbers again', () => alone.sameAgain());
    await telling.one('stopped or killed at every chance, it goes on to the same numbers', () => alone.sameInPieces());
    for (const [method, settings] of methods)
      await telling.one(`${method} trains it`, () => this.checks(method, settings).fixedAndFinite());
    await this.compiled(wasmFolder);
  }

  private made(readsSteps: boolean): Network {
    return networkMaker(this.module, this.network, readsSteps)(this.shape, OUTPUTS);
  }

  private requireBeginning(): void {
    const [first] = shapes;
    let fault: Error | undefined;
    for (this.shape of shapes)
      try {
        this.made(true);
        fault = undefined;
        break;
      } catch (error) {
        // What it says of the images that most experiments have says most.
        if (this.shape !== first) fault ??= error as Error;
      }
    if (fault !== undefined) throw fault;
    const [one, other] = [0, 1].map(() => this.made(true).initial(randomStream(1, 'init')));
    if (!one?.every((value, i) => value === other?.[i]))
      throw new Error(
        'the same seed gave other initial values the second time: they come from the random numbers that "initial" is given',
      );
  }

  private requireRowsApart(): void {
    const network = this.made(true);
    const rows = 5;
    const random = randomStream(1, 'rows');
    tf.tidy(() => {
      const x = tf.tensor2d(Float32Array.from({ length: rows * volumeOf(this.shape) }, random), [
        rows,
        volumeOf(this.shape),
      ]);
      const theta = parametersOf(network, tf.tensor1d(network.initial(randomStream(1, 'init'))));
      const buffers = network.statistics && tf.tensor1d(network.statistics.initial);
      const [first, together] = [tf.slice(x, [0, 0], [1, -1]), x].map((some) =>
        Array.from(logitsOf(network, theta, some, buffers).dataSync()),
      );
      const off = Math.max(...(first ?? []).map((value, i) => Math.abs(value - (together?.[i] ?? NaN))));
      if (!(off < 1e-4))
        throw new Error(`alone an image gives other logits than beside others: they are off by ${off}`);
    });
  }

  private checks(method: MethodId, settings: object, isNative = false): ContractChecks {
    const [height, width] = this.shape;
    const spec: ToySpec = {
      methods: { [method]: settings },
      training: { iterations: STEPS },
      makeNetwork: networkMaker(this.module, this.network, !isNative),
      ...(height * width > 64 && { dataset: toyDataset({ shape: this.shape }) }),
    };
    const make = () => createMethod(toyManifest(spec).spec.methods);
    return new ContractChecks({ runs: this.runs, spec, method: make, isNative });
  }

  private async compiled(wasmFolder: string): Promise<void> {
    const title = 'compiled steps come to what eager ones come to';
    try {
      this.backend = await openBackend('native', wasmFolder);
    } catch (error) {
      this.telling.skip(title, `native TensorFlow is not there: ${(error as Error).message}`);
      return;
    }
    await this.telling.one(title, () => this.checks('none', {}, true).sameEagerly());
  }
}

/** Classes of the toy data. */
const OUTPUTS = 6;
