import { createHash } from 'node:crypto';
import path from 'node:path';
import { canonicalJson } from '../../core/canonicalJson';
import type { MethodCard, Place } from '../../core/methods/card';
import { cardOf, isMethodId } from '../../core/methods/index';
import type { OwnManifest, RunSpec } from '../../core/manifest';
import { copyName, ownPartsOf, ownText, type OwnPart } from '../../core/own/ownCode';
import type { OwnKind } from '../../core/own/ownFiles';
import { isOwnPath, ownId } from '../../core/own/ownPath';
import { isOwnNetwork, ownNetworkKeys, type OwnNetworkSpec } from '../../core/recipe';
import { isOwnStream } from '../../core/stream';
import { classesComeAgain, tasksOf, type ClassesOf } from '../../core/streamTasks';
import type { Method } from '../contract/method';
import type { MakeNetwork } from '../contract/network';
import { methodFrom } from './checkedMethod';
import type { Stream } from '../contract/stream';
import { checkedNetwork, ownArchitecture } from './checkedNetwork';
import { checkedStream, type StreamGiven } from './checkedStream';
import { link } from './link';
import * as lethe from './lethe';
import { askRules, moduleIn, ofKind, requireBoundaries, type OwnModule, type OwnNetworkModule } from './moduleOf';
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

/** The code of the user's own of a run, by the paths in its spec. */
export class OwnParts {
  private constructor(private readonly modules: ReadonlyMap<string, OwnModule>) {}

  /**
   * Loads it from the copies in the run folder.
   *
   * @throws Error when nobody says that this code may run, or a copy is not what `run.json` says; OwnError with the line
   */
  static load(runFolder: string, spec: RunSpec, permission: OwnPermission | undefined): OwnParts {
    const parts = ownPartsOf(spec);
    const { beside } = permitted(parts, permission);
    return new OwnParts(new Map(parts.map((part, i) => [part.path, loadPart(runFolder, i, part, beside)] as const)));
  }

  /** What settings are checked with; undefined for what is Lethe's. */
  settingsOf = (name: string): OwnSettings | undefined => {
    const module = this.modules.get(name);
    if (!module) return undefined;
    const { title } = module.card;
    return { title, settings: module.settings, ...(module.kind === 'method' && { defaults: module.card.defaults }) };
  };

  /** The method, of settings that its schema gave; undefined for one of Lethe's. */
  method({ methods }: RunSpec, index: number, readsSteps: boolean): Method | undefined {
    const asked = methods[index];
    if (!asked || !isOwnPath(asked.method)) return undefined;
    const module = this.moduleOf(asked.method, 'method');
    return methodFrom(module, asked.settings, { id: idOf(methods, index), readsSteps });
  }

  /** The network, of settings that its schema gave; undefined for one of Lethe's. */
  network({ network: spec }: RunSpec, readsSteps: boolean): MakeNetwork | undefined {
    if (!isOwnNetwork(spec)) return undefined;
    return networkMaker(this.moduleOf(spec.kind, 'network'), spec, readsSteps);
  }

  /** The stream, of settings that its schema gave; undefined for one of Lethe's. @throws OwnError with the line */
  stream({ stream: spec }: RunSpec, given: StreamGiven): Stream | undefined {
    if (!isOwnStream(spec)) return undefined;
    return checkedStream(this.moduleOf(spec.kind, 'stream'), spec, given);
  }

  /**
   * Asks the rules of all methods.
   *
   * @param classesOf what is known of the data sets of the run. @param met the stream, where it is the user's own
   * @throws OwnError for an error. @returns warnings
   */
  ask({ spec: { methods, stream, network, training } }: OwnManifest, classesOf: ClassesOf, met?: Stream): string[] {
    const comesAgain = met ? unitsComeAgain(met) : classesComeAgain(stream, classesOf);
    const { scenario, inputs } = stream;
    const place = { scenario, tasks: tasksOf(stream), comesAgain, network, training, inputs };
    return methods.flatMap(({ method, settings }, index) => {
      const beside = methods.filter((_, i) => i !== index).map((other) => other.method);
      // Of a stream of the user's own the editor did not know what its tasks are.
      if (isMethodId(method))
        return met ? askCard(cardOf(method), settings, { ...place, beside, together: methods }) : [];
      if (!isOwnPath(method)) return [];
      const module = this.moduleOf(method, 'method');
      if (stream.blurry) requireBoundaries(module, settings);
      return askRules(module, settings, { ...place, beside });
    });
  }

  private moduleOf<Kind extends OwnKind>(path: string, kind: Kind): Extract<OwnModule, { readonly kind: Kind }> {
    const module = this.modules.get(path);
    if (!module) throw new Error(`run.json names ${path} and does not say what it consists of.`);
    return ofKind(module, kind);
  }
}

/** Whether classes of one task are those of another. */
function unitsComeAgain({ heads, scenario }: Stream): boolean {
  const all = heads.flat();
  return scenario !== 'domain' && new Set(all).size < all.length;
}

function askCard({ check }: MethodCard, settings: object, place: Place): string[] {
  const found = check?.(settings as never, place) ?? [];
  const fault = found.find(({ severity }) => severity === 'error');
  if (fault) throw new Error(fault.message);
  return found.map(({ message }) => message);
}

/** What the settings of a part of the user's own are checked with. */
export type OwnSettings = Pick<MethodCard, 'title' | 'settings' | 'defaults'>;

/** @throws OwnError with the line, from here or when the network is made */
export function networkMaker(module: OwnNetworkModule, spec: OwnNetworkSpec, readsSteps: boolean): MakeNetwork {
  const { definition, place } = module;
  const { output } = spec;
  const settings = Object.fromEntries(Object.entries(spec).filter(([name]) => !ownNetworkKeys.includes(name)));
  const make: MakeNetwork = (inputs, outputs) => {
    const at = { inputs, outputs, output };
    const architecture = ownArchitecture(spec, at);
    return checkedNetwork(definition.create(settings, at), at, { place, readsSteps, architecture });
  };
  return throwingErrors(make, () => `${place}: "create"`);
}

/** Two files of the same name are told apart by their places. */
function idOf(methods: RunSpec['methods'], index: number): string {
  const ids = methods.map(({ method }) => (isOwnPath(method) ? ownId(method) : method));
  const id = ids[index] ?? '';
  return ids.some((other, i) => i !== index && other === id) ? `${id}-${index + 1}` : id;
}

function permitted(parts: readonly OwnPart[], permission: OwnPermission | undefined): OwnPermission {
  const hash = createHash('sha256').update(ownText(parts)).digest('hex');
  if (permission?.hash === hash) return permission;
  const names = parts.map(({ path: at }) => at).join(', ');
  throw new Error(
    `This run is trained with code of its own (${names}), which came with its folder: such code never runs by itself. Start the run with "lethe resume" or in VS Code, where the same file stands beside the experiment.`,
  );
}

function loadPart(runFolder: string, part: number, { path: at, code }: OwnPart, beside: string): OwnModule {
  const copies = path.join(runFolder, path.dirname(copyName(part, code.entry)));
  const source = readSource(code.entry, filesIn(copies));
  if (canonicalJson(codeOf(source)) !== canonicalJson(code))
    throw new OwnError(`The copy of ${at} in the run folder is not what run.json says it is (SHA-256).`);
  return moduleIn(link(source, path.join(beside, path.dirname(at)), lethe), code.entry);
}
