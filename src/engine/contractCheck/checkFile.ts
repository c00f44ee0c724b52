import path from 'node:path';
import { scenarios } from '../../core/methods/card';
import { withDefaults } from '../../core/methods/defaults';
import type { CheckMessage } from '../../core/own/checkMessages';
import { ownId } from '../../core/own/ownPath';
import { tasksOf } from '../../core/streamTasks';
import { openBackend, type Backend } from '../backend/backend';
import type { Method } from '../contract/method';
import { ContractChecks, STEPS } from './checks';
import { toyManifest, type ToySpec } from './toyData';
import { ToyRuns } from './toyRun';
import { combine } from '../methods/combine';
import { createMethod } from '../methods/index';
import { checkedMethod } from '../own/checkedMethod';
import { link } from '../own/link';
import * as lethe from '../own/lethe';
import { askRules, methodIn, type OwnMethodModule } from '../own/moduleOf';
import { OwnError } from '../own/ownError';
import { withOwnPlace } from '../own/places';
import { filesIn } from '../own/readFiles';
import { readSource } from '../own/source';

export interface CheckOptions {
  /** What differs from the defaults. */
  readonly settings: object;
  readonly wasmFolder: string;
  readonly tell: (message: CheckMessage) => void;
}

/** Methods by whose side all others that combine must work. */
const COMPANION = { replay: { perClass: 3 } };

/**
 * Tries a method of the user's own on small runs: whether it keeps to what every method must. It is told check by check.
 *
 * @throws OwnError when the file is no method, or the settings are not its own
 */
export async function checkFile(file: string, { settings, wasmFolder, tell }: CheckOptions): Promise<void> {
  const [folder, entry] = [path.dirname(path.resolve(file)), path.basename(file)];
  const module = methodIn(link(readSource(entry, filesIn(folder)), folder, lethe), entry);
  // A file may be called as the method is that it is tried beside.
  const checking = new FileCheck(module, `own-${ownId(`./${entry}`)}`, settings, tell);
  try {
    await checking.all(wasmFolder);
  } finally {
    checking.dispose();
  }
}

class FileCheck {
  private backend: Backend | undefined;
  private readonly runs = new ToyRuns(() =>
    this.backend ? Promise.resolve(this.backend) : Promise.reject(new Error('no backend is open')),
  );
  private readonly spec: ToySpec;
  private readonly settings: Readonly<Record<string, unknown>>;

  constructor(
    private readonly module: OwnMethodModule,
    private readonly id: string,
    given: object,
    private readonly tell: (message: CheckMessage) => void,
  ) {
    const { card } = module;
    const scenario = [...scenarios].reverse().find((one) => card.scenarios[one].fit !== 'undefined') ?? 'class';
    this.spec = { methods: { none: {} }, stream: { scenario }, training: { iterations: STEPS } };
    const parsed = module.settings.safeParse(withDefaults({ defaults: card.defaults }, scenario, given));
    const [issue] = parsed.error?.issues ?? [];
    if (issue) throw new OwnError(`These settings are not allowed: ${issue.path.join('.')}: ${issue.message}.`);
    this.settings = parsed.data ?? {};
  }

  dispose(): void {
    this.runs.removeFolders();
  }

  async all(wasmFolder: string): Promise<void> {
    const { network, training, stream } = toyManifest(this.spec).spec;
    await this.one('its own rules allow its settings', () => {
      const { scenario, inputs } = stream;
      const place = { scenario, tasks: tasksOf(stream), comesAgain: false, network, training, inputs, beside: [] };
      askRules(this.module, this.settings, place);
    });
    this.backend = await openBackend('wasm', wasmFolder);
    const alone = this.checks(this.spec, () => this.method(true));
    await this.one('all it gives is finite and of fixed shapes, its views can be shown', () => alone.fixedAndFinite());
    await this.one('the same settings give the same numbers again', () => alone.sameAgain());
    await this.one('stopped or killed at every chance, it goes on to the same numbers', () => alone.sameInPieces());
    await this.one('its memory is what it declares, and grows with tasks alone', () => alone.declaredMemory());
    await this.besideReplay();
    await this.compiled(wasmFolder);
  }

  private checks(spec: ToySpec, method: () => Method, isNative = false): ContractChecks {
    // What it says of its memory itself is its own business.
    const countsOtherwise = this.method(true).memoryBytes !== undefined;
    return new ContractChecks({ runs: this.runs, spec, method, isNative, countsOtherwise });
  }

  /** @param readsSteps see `checkedMethod` */
  private method(readsSteps: boolean): Method {
    const { definition, place } = this.module;
    return checkedMethod(definition.create(this.settings), { id: this.id, place, readsSteps });
  }

  private async besideReplay(): Promise<void> {
    const title = 'it works beside replay';
    if (!this.module.card.combines) {
      this.skip(title, 'its card says that it is not combined');
      return;
    }
    const replay = () => createMethod(toyManifest({ methods: COMPANION }).spec.methods);
    const together = this.checks(this.spec, () => combine([replay(), this.method(true)]));
    await this.one(title, async () => together.sameInPieces(await together.fixedAndFinite()));
  }

  private async compiled(wasmFolder: string): Promise<void> {
    const title = 'compiled steps come to what eager ones come to';
    try {
      this.backend = await openBackend('native', wasmFolder);
    } catch (error) {
      this.skip(title, `native TensorFlow is not there: ${(error as Error).message}`);
      return;
    }
    await this.one(title, () => this.checks(this.spec, () => this.method(false), true).sameEagerly());
  }

  private skip(check: string, message: string): void {
    this.tell({ type: 'ends', check, outcome: 'skipped', seconds: 0, message });
  }

  private async one(check: string, work: () => unknown): Promise<void> {
    this.tell({ type: 'begins', check });
    const begun = process.hrtime.bigint();
    const seconds = () => Number(process.hrtime.bigint() - begun) / 1e9;
    try {
      await work();
      this.tell({ type: 'ends', check, outcome: 'passed', seconds: seconds() });
    } catch (error) {
      this.tell({ type: 'ends', check, outcome: 'failed', seconds: seconds(), message: this.said(error) });
    }
  }

  /** With a line of the user's own: that of the error, or that of the method. */
  private said(error: unknown): string {
    const message = error instanceof Error ? error.message : String(error);
    const placed = withOwnPlace(message, error);
    return placed !== message || error instanceof OwnError ? placed : `${this.module.place}: ${message}`;
  }
}
