import { canonicalJson } from './canonicalJson';
import { ownValue } from './ownValue';
import { protocolOf } from './protocols/index';
import type { Protocol, RawEntry } from './protocols/protocol';

type Part = Readonly<Record<string, unknown>>;

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && !Array.isArray(value);

const parts = ['stream', 'network', 'training', 'evaluation'] as const;

/**
 * What an experiment file says together with the protocol that it extends: what the file says itself wins, setting by
 * setting. Every path of the file is a path of the result, so that findings keep their places. A file that extends nothing
 * that there is stays as it is.
 *
 * @param file the parsed text, valid or not
 */
export function withProtocol(file: unknown): unknown {
  const protocol = protocolOf(ownValue(file, 'extends'));
  if (!protocol || !isPart(file)) return file;
  const { settings, title } = protocol;
  const merged = parts.map((part) => [part, mergedPart(settings[part], file[part])] as const);
  return {
    name: title,
    ...settings,
    ...file,
    ...Object.fromEntries(merged.filter(([, value]) => value !== undefined)),
    methods: methodsOf(file['methods'], protocol),
  };
}

/** A part of the experiment. One of another kind has nothing of the protocol's. */
function mergedPart(base: Part | undefined, own: unknown): unknown {
  if (own === undefined || base === undefined) return own ?? base;
  if (!isPart(own)) return own;
  const isOther = own['kind'] !== undefined && base['kind'] !== undefined && own['kind'] !== base['kind'];
  if (isOther) return own;
  const kept = Object.entries(base).filter(([key, value]) => !isSilenced(key, value, own));
  return { ...Object.fromEntries(kept), ...own };
}

/** Of two settings that say one thing, the lists among them. */
const sayOneThing: readonly (readonly [string, string])[] = [
  ['epochs', 'iterations'],
  ['tasks', 'classesPerTask'],
  ['tasks', 'angles'],
];

/** What Adam has not. */
const ofSgd = new Set(['momentum', 'nesterov']);

/** Whether the file says by another setting what this one of the protocol says, or takes away what it is of. */
function isSilenced(key: string, value: unknown, own: Part): boolean {
  if (ofSgd.has(key)) return own['optimizer'] === 'adam';
  return sayOneThing.some(([one, other]) => {
    if (one === 'epochs')
      return (key === one && Object.hasOwn(own, other)) || (key === other && Object.hasOwn(own, one));
    return (
      (key === one && Array.isArray(own[other])) || (key === other && Array.isArray(value) && Object.hasOwn(own, one))
    );
  });
}

/** The entries of the file, each with what the protocol says of its method; without any, all of the protocol's. */
function methodsOf(own: unknown, { methods }: Protocol): unknown {
  const known = methods.map(({ entry }) => entry);
  if (own === undefined) return known;
  if (!Array.isArray(own)) return own;
  return (own as unknown[]).map((item) =>
    Array.isArray(item)
      ? (item as unknown[]).map((entry) => withSettings(entry, known.map(settingsAlone)))
      : withSettings(item, known),
  );
}

/** Of a method in a combination: network and training of a variant are those of all its methods together. */
const settingsAlone = ({ network: _network, training: _training, ...settings }: RawEntry): RawEntry => settings;

/** An entry with what a protocol has for its method: of several entries that one which it contradicts least. A preset stands for all of them. */
function withSettings(entry: unknown, known: readonly RawEntry[]): unknown {
  if (!isPart(entry) || Object.hasOwn(entry, 'preset')) return entry;
  const [first, ...others] = known.filter(({ method }) => method === entry['method']);
  const base =
    first &&
    others.reduce((best, one) => (contradictions(entry, one) < contradictions(entry, best) ? one : best), first);
  if (!base) return entry;
  const merged = (['network', 'training'] as const)
    .map((part) => [part, mergedPart(base[part] as Part | undefined, entry[part])] as const)
    .filter(([, value]) => value !== undefined);
  return { ...base, ...entry, ...Object.fromEntries(merged) };
}

/** Of how many settings of the method an entry says another value. */
const contradictions = (entry: Part, base: RawEntry): number =>
  Object.entries(settingsAlone(base)).filter(
    ([key, value]) => Object.hasOwn(entry, key) && canonicalJson(entry[key]) !== canonicalJson(value),
  ).length;
