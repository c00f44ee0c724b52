import path from 'node:path';
import type { BackendChoice } from '../core/backends';
import type { RunSpec } from '../core/manifest';
import { openBackend, type Backend } from './backend/backend';
import { LiveTensors } from './backend/liveTensors';
import type { Dataset } from './contract/dataset';
import { loadDatasets } from './data/index';
import { closeAllBut } from './graph/session';
import { collectGarbage, forgetPeak } from './memoryAtRest';
import { keepFeedsOf } from './steps/streamInputs';

/** A process whose memory has grown by so much since its first run trains no other (bytes). */
const MOST_GROWTH = 50e6;

/**
 * What a training process keeps from one run to the next: the backend, and the data sets of the last run, in TensorFlow's
 * memory too. All else belongs to the run and is let go of with it.
 */
export class BetweenRuns {
  private opened: { readonly choice: BackendChoice; readonly backend: Backend } | undefined;
  private datasets: readonly Dataset[] = [];
  private tensors: LiveTensors | undefined;
  /** Resident memory after the first run (bytes). */
  private atRest: number | undefined;

  /** @param dist folder with train.js, the backends and the data that ships */
  constructor(private readonly dist: string) {}

  /** @throws Error when it cannot be had, or this process computes with another one already */
  async backend(choice: BackendChoice): Promise<Backend> {
    if (this.opened && this.opened.choice !== choice)
      throw new Error(`This process was started for runs on "${this.opened.choice}", not on "${choice}".`);
    if (this.opened) return this.opened.backend;
    const backend = await openBackend(choice, path.join(this.dist, 'wasm'));
    this.opened = { choice, backend };
    this.tensors = new LiveTensors();
    return backend;
  }

  /** As `loadDatasets`. */
  load(spec: Pick<RunSpec, 'stream' | 'data'>): readonly Dataset[] {
    this.datasets = loadDatasets(spec, path.join(this.dist, 'data'), undefined, this.datasets);
    return this.datasets;
  }

  /** Lets go of what the run has made that is over. @returns whether another run finds this process as a new one would be */
  letGo(): boolean {
    if (!this.opened) return false;
    this.tensors?.disposeAll();
    const kept = keepFeedsOf(this.datasets.flatMap(({ train, test }) => [train, test]));
    if (this.opened.backend.name === 'native') closeAllBut(kept);
    collectGarbage();
    const resident = process.memoryUsage.rss();
    this.atRest ??= resident;
    return resident - this.atRest <= MOST_GROWTH && forgetPeak();
  }
}
