import { createHash } from 'node:crypto';
import path from 'node:path';
import { canonicalJson } from '../../core/canonicalJson';
import type { OwnManifest, RunSpec } from '../../core/manifest';
import { copyName, ownPartsOf, ownText, type OwnPart } from '../../core/own/ownCode';
import { ownId } from '../../core/own/ownPath';
import { classesComeAgain, tasksOf, type ClassesOf } from '../../core/streamTasks';
import type { Method } from '../contract/method';
import { checkedMethod } from './checkedMethod';
import { link } from './link';
import * as lethe from './lethe';
import { askRules, methodIn, requireBoundaries, type OwnMethodModule } from './moduleOf';
import { OwnError } from './ownError';
import { filesIn } from './readFiles';
import { codeOf, readSource } from './source';
import { throwingErrors } from './throwingErrors';

/** What who started this process says about the user's own code of its run. */
export interface OwnPermission {
  /** SHA-256 of what may run: see `ownText`. */
  readonly hash: string;
  /** Folder of the experiment file. */
  readonly beside: string;
}

/** The methods of the user's own of a run, by their place in its spec. */
export class OwnMethods {
  private constructor(private readonly modules: ReadonlyMap<number, OwnMethodModule>) {}

  /**
   * Loads them from the copies in the run folder.
   *
   * @throws Error when nobody says that this code may run, or a copy is not what `run.json` says; OwnError with the line
   */
  static load(runFolder: string, spec: RunSpec, permission: OwnPermission | undefined): OwnMethods {
    const parts = ownPartsOf(spec);
    requirePermission(parts, permission);
    const modules = new Map<number, OwnMethodModule>();
    for (const [i, { method, own }] of spec.methods.entries()) {
      if (!own || !permission) continue;
      const part = parts.findIndex(({ path: at }) => at === method);
      modules.set(i, loadPart(runFolder, part, { path: method, code: own }, permission.beside));
    }
    return new OwnMethods(modules);
  }

  /** What the settings of a method are checked with; undefined for one of Lethe's. */
  cardOf(
    index: number,
  ): (Pick<OwnMethodModule['card'], 'title' | 'defaults'> & Pick<OwnMethodModule, 'settings'>) | undefined {
    const module = this.modules.get(index);
    return module && { title: module.card.title, defaults: module.card.defaults, settings: module.settings };
  }

  /** The method, of settings that its schema gave; undefined for one of Lethe's. */
  create({ methods }: RunSpec, index: number, readsSteps: boolean): Method | undefined {
    const module = this.modules.get(index);
    const asked = methods[index];
    if (!module || !asked) return undefined;
    const { definition, place } = module;
    const create = throwingErrors(definition.create, () => `${place}: "create"`);
    return checkedMethod(create(asked.settings), { id: idOf(methods, index), place, readsSteps });
  }

  /**
   * Asks the rules of all of them.
   *
   * @param classesOf what is known of the data sets of the run. @throws OwnError for an error. @returns warnings
   */
  ask({ spec: { methods, stream, network, training } }: OwnManifest, classesOf: ClassesOf): string[] {
    const comesAgain = classesComeAgain(stream, classesOf);
    const { scenario, inputs } = stream;
    const place = { scenario, tasks: tasksOf(stream), comesAgain, network, training, inputs };
    return [...this.modules].flatMap(([index, module]) => {
      const beside = methods.filter((_, i) => i !== index).map(({ method }) => method);
      const settings = methods[index]?.settings;
      if (stream.blurry) requireBoundaries(module, settings);
      return askRules(module, settings, { ...place, beside });
    });
  }
}

/** Two files of the same name are told apart by their places. */
function idOf(methods: RunSpec['methods'], index: number): string {
  const ids = methods.map(({ method, own }) => (own ? ownId(method) : method));
  const id = ids[index] ?? '';
  return ids.some((other, i) => i !== index && other === id) ? `${id}-${index + 1}` : id;
}

function requirePermission(parts: readonly OwnPart[], permission: OwnPermission | undefined): void {
  const hash = createHash('sha256').update(ownText(parts)).digest('hex');
  if (permission?.hash === hash) return;
  const names = parts.map(({ path: at }) => at).join(', ');
  throw new Error(
    `This run is trained with code of its own (${names}), which came with its folder: such code never runs by itself. Start the run with "lethe resume" or in VS Code, where the same file stands beside the experiment.`,
  );
}

function loadPart(runFolder: string, part: number, { path: at, code }: OwnPart, beside: string): OwnMethodModule {
  const copies = path.join(runFolder, path.dirname(copyName(part, code.entry)));
  const source = readSource(code.entry, filesIn(copies));
  if (canonicalJson(codeOf(source)) !== canonicalJson(code))
    throw new OwnError(`The copy of ${at} in the run folder is not what run.json says it is (SHA-256).`);
  return methodIn(link(source, path.join(beside, path.dirname(at)), lethe), code.entry);
}
