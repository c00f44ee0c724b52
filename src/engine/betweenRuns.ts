import path from 'node:path';
import type { BackendChoice } from '../core/backends';
import type { RunSpec } from '../core/manifest';
import { findEngine } from '../native/location';
import { openBackend, type Backend } from './backend/backend';
import { LiveTensors } from './backend/liveTensors';
import type { Dataset } from './contract/dataset';
import { loadDatasets } from './data/index';
import { closeAllBut } from './graph/session';
import { collectGarbage, forgetPeak } from './memoryAtRest';
import { keepFeedsOf } from './steps/streamInputs';

/**
 * Memory that a process may hold between runs and still train another (bytes): more than when its first run began, which is
 * libraries, caches and JavaScript that has been compiled, and more than after its first run.
 */
const MOST_KEPT = { sinceBegin: 400e6, sinceFirst: 50e6 };

interface Opened {
  readonly choice: BackendChoice;
  readonly backend: Backend;
}

/** Whether a process that is started now may get a faster backend: native TensorFlow is there, by now or after all. */
const isBehind = ({ choice, backend }: Opened): boolean =>
  choice === 'auto' && backend.name !== 'native' && findEngine().state === 'whole';

/**
 * What a training process keeps from one run to the next: the backend, and the data sets of the last run, in TensorFlow's
 * memory too. All else belongs to the run and is let go of with it.
 */
export class BetweenRuns {
  private opened: Opened | undefined;
  private datasets: readonly Dataset[] = [];
  private tensors: LiveTensors | undefined;
  /** Resident memory when the first run began, data sets included, and after it (bytes). */
  private atBegin: number | undefined;
  private afterFirst: number | undefined;

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
    this.atBegin ??= process.memoryUsage.rss();
    return this.datasets;
  }

  /** Lets go of what the run has made that is over. @returns whether another run finds this process as a new one would be */
  letGo(): boolean {
    // Where no run after the first could say what memory it took nothing is shared.
    if (!this.opened || !forgetPeak() || isBehind(this.opened)) return false;
    this.tensors?.disposeAll();
    const examples = this.datasets.flatMap(({ train, test }) => [train, test]);
    const feeds = keepFeedsOf(examples);
    if (this.opened.backend.name === 'native') closeAllBut(feeds);
    collectGarbage();
    return this.isAsBefore(examples.reduce((bytes, { images }) => bytes + images.byteLength, 0)) && forgetPeak();
  }

  /** @param copied bytes of the data sets, which may have been copied into the backend's memory */
  private isAsBefore(copied: number): boolean {
    const resident = process.memoryUsage.rss();
    const { atBegin = resident, afterFirst = resident } = this;
    this.afterFirst = afterFirst;
    return resident - copied - atBegin <= MOST_KEPT.sinceBegin && resident - afterFirst <= MOST_KEPT.sinceFirst;
  }
}
