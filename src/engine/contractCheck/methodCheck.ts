import { scenarios } from '../../core/methods/card';
import { withDefaults } from '../../core/methods/defaults';
import { tasksOf } from '../../core/streamTasks';
import { openBackend, type Backend } from '../backend/backend';
import type { Method } from '../contract/method';
import { combine } from '../methods/combine';
import { createMethod } from '../methods/index';
import { methodFrom } from '../own/checkedMethod';
import { askRules, type OwnMethodModule } from '../own/moduleOf';
import { ContractChecks, STEPS } from './checks';
import { completedSettings, type Telling } from './telling';
import { toyManifest, type ToySpec } from './toyData';
import { ToyRuns } from './toyRun';

export interface MethodToCheck {
  readonly module: OwnMethodModule;
  /** What its runs call it. */
  readonly id: string;
  readonly settings: object;
  readonly wasmFolder: string;
}

/** Methods by whose side all others that combine must work. */
const COMPANION = { replay: { perClass: 3 } };

/** Whether a method of the user's own keeps to what every method must. @throws OwnError for settings that are not its own */
export async function checkMethod(checked: MethodToCheck, telling: Telling): Promise<void> {
  const checking = new MethodCheck(checked, telling);
  try {
    await checking.all();
  } finally {
    checking.dispose();
  }
}

class MethodCheck {
  private backend: Backend | undefined;
  private readonly runs = new ToyRuns(() =>
    this.backend ? Promise.resolve(this.backend) : Promise.reject(new Error('no backend is open')),
  );
  private readonly spec: ToySpec;
  private readonly settings: Readonly<Record<string, unknown>>;

  constructor(
    private readonly checked: MethodToCheck,
    private readonly telling: Telling,
  ) {
    const { card, settings } = checked.module;
    const scenario = [...scenarios].reverse().find((one) => card.scenarios[one].fit !== 'undefined') ?? 'class';
    this.spec = { methods: { none: {} }, stream: { scenario }, training: { iterations: STEPS } };
    const given = withDefaults({ defaults: card.defaults }, scenario, checked.settings);
    this.settings = completedSettings(settings, given);
  }

  dispose(): void {
    this.runs.removeFolders();
  }

  async all(): Promise<void> {
    const { telling } = this;
    const { module, wasmFolder } = this.checked;
    const { network, training, stream } = toyManifest(this.spec).spec;
    await telling.one('its own rules allow its settings', () => {
      const { scenario, inputs } = stream;
      const place = { scenario, tasks: tasksOf(stream), comesAgain: false, network, training, inputs, beside: [] };
      askRules(module, this.settings, place);
    });
    this.backend = await openBackend('wasm', wasmFolder);
    const alone = this.checks(this.spec, () => this.method(true));
    await telling.one('all it gives is finite and of fixed shapes, its views can be shown', () =>
      alone.fixedAndFinite(),
    );
    await telling.one('the same settings give the same numbers again', () => alone.sameAgain());
    await telling.one('stopped or killed at every chance, it goes on to the same numbers', () => alone.sameInPieces());
    await telling.one('its memory is what it declares, and grows with tasks alone', () => alone.declaredMemory());
    await this.besideReplay();
    await this.compiled();
  }

  private checks(spec: ToySpec, method: () => Method, isNative = false): ContractChecks {
    // What it says of its memory itself is its own business.
    const countsOtherwise = this.method(true).memoryBytes !== undefined;
    return new ContractChecks({ runs: this.runs, spec, method, isNative, countsOtherwise });
  }

  /** @param readsSteps see `checkedMethod` */
  private method(readsSteps: boolean): Method {
    const { module, id } = this.checked;
    return methodFrom(module, this.settings, { id, readsSteps });
  }

  private async besideReplay(): Promise<void> {
    const title = 'it works beside replay';
    if (!this.checked.module.card.combines) {
      this.telling.skip(title, 'its card says that it is not combined');
      return;
    }
    const replay = () => createMethod(toyManifest({ methods: COMPANION }).spec.methods);
    const together = this.checks(this.spec, () => combine([replay(), this.method(true)]));
    await this.telling.one(title, async () => together.sameInPieces(await together.fixedAndFinite()));
  }

  private async compiled(): Promise<void> {
    const title = 'compiled steps come to what eager ones come to';
    try {
      this.backend = await openBackend('native', this.checked.wasmFolder);
    } catch (error) {
      this.telling.skip(title, `native TensorFlow is not there: ${(error as Error).message}`);
      return;
    }
    await this.telling.one(title, () => this.checks(this.spec, () => this.method(false), true).sameEagerly());
  }
}
