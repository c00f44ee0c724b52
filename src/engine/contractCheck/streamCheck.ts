import { isDeepStrictEqual } from 'node:util';
import { scenarios, type Scenario } from '../../core/methods/card';
import type { OwnStreamSpec } from '../../core/stream';
import { openBackend, type Backend } from '../backend/backend';
import type { Dataset } from '../contract/dataset';
import type { Stream } from '../contract/stream';
import { checkedStream } from '../own/checkedStream';
import { tasksOfStream, type OwnStreamModule } from '../own/moduleOf';
import { completedSettings } from '../own/settings';
import { STEPS } from './checks';
import type { Telling } from './telling';
import { toyDataset, type ToySpec } from './toyData';
import { digestAfter, shownOf, ToyRuns, type ToyRun } from './toyRun';

export interface StreamToCheck {
  readonly module: OwnStreamModule;
  readonly settings: object;
  readonly wasmFolder: string;
}

/** Data that it is tried on: the first that it can be made of. */
const data: readonly Dataset[] = [
  toyDataset(),
  toyDataset({ classes: 10 }),
  toyDataset({ classes: 10, shape: [28, 28, 1] }),
];

/** Whether a stream of the user's own keeps to what every stream must. @throws OwnError for settings that are not its own */
export async function checkStream({ module, settings, wasmFolder }: StreamToCheck, telling: Telling): Promise<void> {
  const own = completedSettings(module.settings, settings);
  const tasks = tasksOfStream(module, settings);
  const count = typeof tasks === 'number' ? tasks : tasks.length;
  const spec = { ...own, kind: './own', dataset: 'toy', tasks: count, scenario: 'class' } satisfies OwnStreamSpec;
  const checking = new StreamCheck(module, spec, telling);
  try {
    await checking.all(wasmFolder);
  } finally {
    checking.dispose();
  }
}

class StreamCheck {
  private backend: Backend | undefined;
  private readonly runs = new ToyRuns(() =>
    this.backend ? Promise.resolve(this.backend) : Promise.reject(new Error('no backend is open')),
  );
  private dataset: Dataset = toyDataset();

  constructor(
    private readonly module: OwnStreamModule,
    private readonly spec: OwnStreamSpec,
    private readonly telling: Telling,
  ) {}

  dispose(): void {
    this.runs.removeFolders();
  }

  async all(wasmFolder: string): Promise<void> {
    const { telling } = this;
    const isMade = await telling.one('it can be made, with as many tasks as it says', () => this.requireMade());
    // All else would fail of the same.
    if (!isMade) return;
    await telling.one('the same seed gives the same tasks again', () => this.requireSame());
    this.backend = await openBackend('wasm', wasmFolder);
    for (const scenario of scenarios)
      await telling.one(`it is trained on, ${scenario}-incremental; stopped, it goes on to the same numbers`, () =>
        this.requireTrained(scenario),
      );
  }

  private made(scenario: Scenario, seed = 1): Stream {
    return checkedStream(this.module, { ...this.spec, scenario }, { datasets: [this.dataset], seed });
  }

  private requireMade(): void {
    let fault: Error | undefined;
    for (this.dataset of data)
      try {
        this.made('class');
        return;
      } catch (error) {
        // What it says of data like that of most experiments says most.
        fault = error as Error;
      }
    if (fault) throw fault;
  }

  private requireSame(): void {
    const [one, other] = [this.made('class'), this.made('class')].map(
      ({ dataset }) => dataset.checksums[this.spec.kind],
    );
    if (one !== other)
      throw new Error('the same settings and seed gave other tasks the second time: random numbers come from "random"');
  }

  private async requireTrained(scenario: Scenario): Promise<void> {
    const spec: ToySpec = {
      dataset: this.dataset,
      training: { iterations: STEPS },
      makeStream: (_, seed) => this.made(scenario, seed),
    };
    const whole = finished(await this.runs.run(spec));
    const { folder, status } = await this.runs.run(spec, { stopAt: 3 });
    const rest = status === 'stopped' ? finished(await this.runs.run(spec, { resume: folder })) : whole;
    if (!isDeepStrictEqual(this.numbersOf(rest), this.numbersOf(whole)))
      throw new Error('stopped and resumed, a run on it came to other numbers');
  }

  private numbersOf({ events, folder }: ToyRun): unknown {
    return [shownOf(events), Array.from({ length: this.spec.tasks }, (_, task) => digestAfter(folder, task))];
  }
}

function finished(run: ToyRun): ToyRun {
  if (run.error) throw run.error;
  return run;
}
