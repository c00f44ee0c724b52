import { canonicalJson } from '../canonicalJson';
import {
  namer,
  shown,
  type ExperimentFile,
  type Family,
  type MethodEntry,
  type Variant,
  type VariantDraft,
} from '../experiment';
import { ownId, isOwnPath } from '../own/ownPath';
import { valueAt } from '../ownValue';
import type { SweptValue } from './expand';

/** One variant that sweeps make of an entry of `methods`. */
export interface FamilyMember {
  readonly draft: VariantDraft;
  readonly swept: readonly SweptValue[];
  /** The file without sweeps that it is from, and its entry there. */
  readonly file: ExperimentFile;
  readonly item: MethodEntry | MethodEntry[];
}

type Path = SweptValue['path'];

/** A setting in which members of a family differ. */
interface SweptSetting {
  /** Of the file that was written; up to a list, where a number in a list is swept. */
  readonly path: Path;
  /** `learningRate`, `schedule.gamma`; in a combination `ewc.lambda`. */
  readonly name: string;
}

/**
 * Names the variants of some families: after the members of each that differ, by what they differ in. What sweeps leave as it
 * is, because a method prescribes it or an entry has its own, makes no variant twice.
 */
export function familiesOf(families: readonly (readonly FamilyMember[])[]): Variant[] {
  const ownKey = namer((key, n) => `${key}-${n}`);
  const ownLabel = namer((label, n) => `${label} (${n})`);
  const ownFamily = namer((label, n) => `${label} (${n})`);
  return families.flatMap((all) => {
    const members = different(all);
    const [first] = members;
    if (!first) return [];
    const key = ownKey(first.draft.key);
    if (members.length === 1) return [named(first, key, ownLabel(first.draft.labelWithout(new Set())))];
    const settings = settingsOf(members);
    const without = new Set(settings.map(({ path }) => keyIn(path)));
    const label = ownFamily(first.draft.labelWithout(without));
    const family: Family = { key, label, size: members.length };
    return members.map((member) => {
      const said = settings.map(({ name, path }) => [name, shown(valueOf(member, path))] as const);
      const label = [member.draft.labelWithout(without), ...said.map((words) => words.join(' '))].join(' · ');
      const numbers = settings.flatMap(({ name, path }) => {
        const value = valueOf(member, path);
        return typeof value === 'number' ? [[name, value] as const] : [];
      });
      const at = numbers.length > 0 ? { at: Object.fromEntries(numbers) } : {};
      return { ...named(member, ownKey(keyOf(key, said)), ownLabel(label)), family: { ...family, ...at } };
    });
  });
}

function named({ draft }: FamilyMember, key: string, label: string): Variant {
  const { labelWithout: _label, ...variant } = draft;
  return { ...variant, key, label };
}

/** Each variant once. */
function different(members: readonly FamilyMember[]): FamilyMember[] {
  if (members.length <= 1) return [...members];
  const byContent = new Map<string, FamilyMember>();
  for (const member of members) {
    const { methods, network, training } = member.draft;
    const content = canonicalJson([methods, network, training]);
    if (!byContent.has(content)) byContent.set(content, member);
  }
  return [...byContent.values()];
}

/** The swept settings that are not the same in all members. */
function settingsOf(members: readonly FamilyMember[]): SweptSetting[] {
  const byPath = new Map<string, SweptSetting>();
  for (const member of members)
    for (const { path: whole } of member.swept) {
      const path = upToList(whole);
      const key = canonicalJson(path);
      if (!byPath.has(key)) byPath.set(key, { path, name: nameOf(path, member) });
    }
  return [...byPath.values()].filter(
    ({ path }) => new Set(members.map((member) => canonicalJson(valueOf(member, path)))).size > 1,
  );
}

/** Where in the entry of `methods` that a path leads into its method begins. */
const startOf = (path: Path): number => (typeof path[2] === 'number' ? 3 : 2);

/** Without the place in a list of numbers. */
function upToList(path: Path): Path {
  const start = path[0] === 'methods' ? startOf(path) : 0;
  const list = path.findIndex((key, i) => i >= start && typeof key === 'number');
  return list < 0 ? path : path.slice(0, list);
}

const valueOf = ({ file, item }: FamilyMember, path: Path): unknown =>
  path[0] === 'methods' ? valueAt(item, path.slice(2)) : valueAt(file, path);

function nameOf(path: Path, { item }: FamilyMember): string {
  if (path[0] !== 'methods') return path.slice(1).join('.');
  const inside = path.slice(startOf(path));
  if (isPart(inside[0]) || isOfProgram(inside)) return inside.slice(1).join('.');
  const entry = Array.isArray(item) ? item[Number(path[2])] : undefined;
  return [...(entry ? [methodName(entry.method)] : []), ...inside].join('.');
}

const isPart = (key: unknown): boolean => key === 'network' || key === 'training';
/** Whether the setting of a program stands there: those of Lethe's methods stand in the entry itself. */
const isOfProgram = ([part]: Path): boolean => part === 'settings';
const methodName = (method: string): string => (isOwnPath(method) ? ownId(method) : method);

/** As labels know it: `network.hidden`, of the first method of an entry `0.lambda`, of a program `0.settings.lr`. */
function keyIn(path: Path): string {
  if (path[0] !== 'methods') return path.slice(0, 2).join('.');
  const inside = path.slice(startOf(path));
  if (isPart(inside[0])) return inside.slice(0, 2).join('.');
  const setting = inside.slice(0, isOfProgram(inside) ? 2 : 1).join('.');
  return `${startOf(path) === 3 ? path[2] : 0}.${setting}`;
}

/** A longer one is no name of a folder any more. */
const LONGEST_KEY = 100;

/** `ewc-lambda-10`: fit for the name of a folder. */
function keyOf(family: string, said: readonly (readonly [name: string, value: string])[]): string {
  const key = [family, ...said.flat()].join('-').replace(/[^\w.+-]+/g, '-');
  return key.length <= LONGEST_KEY ? key : family;
}
