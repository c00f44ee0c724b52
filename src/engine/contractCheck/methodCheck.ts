import { scenarios } from '../../core/methods/card';
import { withDefaults } from '../../core/methods/defaults';
import { tasksOf } from '../../core/streamTasks';
import { openBackend, type Backend } from '../backend/backend';
import type { Method } from '../contract/method';
import { combine } from '../methods/combine';
import { createMethod } from '../methods/index';
import { methodFrom } from '../own/checkedMethod';
import { askRules, type OwnMethodModule } from '../own/moduleOf';
import { completedSettings } from '../own/settings';
import { OwnError } from '../own/ownError';
import { placeOfFunction } from '../own/places';
import { ContractChecks, ContractError, STEPS } from './checks';
import type { Telling } from './telling';
import { toyManifest, type ToySpec } from './toyData';
import { ToyRuns } from './toyRun';
import { askingSoon, noting } from './tried';

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
  /** Parts that a run called. */
  private readonly called = new Set<string>();
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
    // All else would fail of the same.
    if (!(await telling.one('it can be made', () => this.method(true)))) return;
    await telling.one('its own rules allow its settings', () => {
      const { scenario, inputs } = stream;
      const place = { scenario, tasks: tasksOf(stream), comesAgain: false, network, training, inputs, beside: [] };
      askRules(module, this.settings, place);
    });
    this.backend = await openBackend('wasm', wasmFolder);
    const alone = this.checks(this.spec, () => this.method(true));
    await this.one('all it gives is finite and of fixed shapes, its views can be shown', () => alone.fixedAndFinite());
    await this.one('the same settings give the same numbers again', () => alone.sameAgain());
    await this.one('stopped or killed at every chance, it goes on to the same numbers', () => alone.sameInPieces());
    await this.one('its memory is what it declares, and grows with tasks alone', () => alone.declaredMemory());
    await this.besideReplay();
    await this.compiled();
    this.sayWhatWasNotTried();
  }

  private checks(spec: ToySpec, method: () => Method, isNative = false): ContractChecks {
    // What it says of its memory itself is its own business.
    const countsOtherwise = this.method(true).memoryBytes !== undefined;
    return new ContractChecks({ runs: this.runs, spec, method, isNative, countsOtherwise });
  }

  /** @param readsSteps see `checkedMethod` */
  private method(readsSteps: boolean): Method {
    const { module, id } = this.checked;
    return askingSoon(noting(methodFrom(module, this.settings, { id, readsSteps }), this.called));
  }

  private async besideReplay(): Promise<void> {
    const title = 'it works beside replay';
    if (!this.checked.module.card.combines) {
      this.telling.skip(title, 'its card says that it is not combined');
      return;
    }
    const replay = () => createMethod(toyManifest({ methods: COMPANION }).spec.methods);
    const together = this.checks(this.spec, () => combine([replay(), this.method(true)]));
    await this.one(title, async () => together.sameInPieces(await together.fixedAndFinite()));
  }

  private async compiled(): Promise<void> {
    const title = 'compiled steps come to what eager ones come to';
    try {
      this.backend = await openBackend('native', this.checked.wasmFolder);
    } catch (error) {
      this.telling.skip(title, `native TensorFlow is not there: ${(error as Error).message}`);
      return;
    }
    await this.one(title, () => this.checks(this.spec, () => this.method(false), true).sameEagerly());
  }

  /** What no run called says nothing of itself. */
  private sayWhatWasNotTried(): void {
    const rest = Object.entries(this.method(true)).flatMap(([part, own]) =>
      typeof own === 'function' && !this.called.has(part) ? [`"${part}"`] : [],
    );
    if (rest.length === 0) return;
    const hint = rest.includes('"afterSteps"') ? ' ("afterSteps" is asked in phases that have "askEvery")' : '';
    this.telling.skip('every part was tried', `these small runs never called ${rest.join(', ')}${hint}`);
  }

  /** A check, of which a fault is said with the place of the part that is to blame, where that is known. */
  private one(check: string, work: () => unknown): Promise<boolean> {
    return this.telling.one(check, async () => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof ContractError) || error.part === undefined) throw error;
        const { definition, place } = this.checked.module;
        const own = (definition.create(this.settings) as Partial<Method>)[error.part];
        throw new OwnError(`${placeOfFunction(error.part, own) ?? place}: "${error.part}": ${error.message}.`);
      }
    });
  }
}
