import { parse } from 'jsonc-parser';
import { Random } from './random';

/**
 * Endless mutated experiment files, the same for the same texts and seed: bytes of a text changed, its structure changed,
 * or settings changed to others that may well be valid.
 * @param texts experiment files to start from
 */
export function* mutations(texts: readonly string[], seed: number): Generator<string, never> {
  for (let trial = 0; ; trial++) yield mutatedExperiment(texts, seed, trial);
}

/** One of the `mutations`, by its number. */
export function mutatedExperiment(texts: readonly string[], seed: number, trial: number): string {
  const random = new Random(Math.imul(seed, 0x9e3779b1) + Math.imul(trial, 0x85ebca6b));
  const text = texts[random.below(texts.length)] ?? '{}';
  const draw = random.next();
  if (draw < 0.35) return mutateBytes(text, random);
  if (draw < 0.355) return oversized(random);
  const tree = treeOf(parse(text));
  const mutate = draw < 0.75 ? mutateStructure : mutateSettings;
  for (let i = random.below(3); i >= 0; i--) mutate(tree, random);
  const mutated = written(tree, random);
  return random.chance(0.1) ? mutateBytes(mutated, random) : mutated;
}

// ---- bytes

const SCRAPS = [
  '{', '}', '[', ']', '"', ',', ':', '//', '/*', '*/', '\\', '\\u', '\\ud800', '\n', '\r\n', '\t', ' ', '-', '+', '.', 'e',
  '0', '9', '1e999', '-0', 'NaN', 'null', 'true', 'undefined', '\u0000', '\u001b[2J', '\u2028', '\ufeff', '\ud83d', '漢',
  '🙂', '__proto__', '"constructor":1,', "'", '#', '=',
] as const; // prettier-ignore

function mutateBytes(text: string, random: Random): string {
  let mutated = text;
  for (let i = random.below(6); i >= 0; i--) {
    const at = random.below(mutated.length + 1);
    const end = at + random.below(random.chance(0.1) ? mutated.length : 12);
    const [before, cut, after] = [mutated.slice(0, at), mutated.slice(at, end), mutated.slice(end)];
    mutated = random.pick<() => string>([
      () => before + random.pick(SCRAPS) + cut + after,
      () => before + random.pick(SCRAPS) + after,
      () => before + after,
      () => before + cut + cut + after,
      () => before + Array.from(cut).reverse().join('') + after,
      () => before + flipped(cut, random) + after,
      () => before,
      () => after + before,
    ])();
  }
  return mutated;
}

/** One bit of one character is another. */
function flipped(text: string, random: Random): string {
  const at = random.below(text.length);
  const code = text.charCodeAt(at);
  if (Number.isNaN(code)) return text;
  return text.slice(0, at) + String.fromCharCode(code ^ (1 << random.below(8))) + text.slice(at + 1);
}

/** Too much of something. */
function oversized(random: Random): string {
  const count = random.below(20_000);
  const part = random.pick([
    '[',
    '{"a":',
    '[{',
    '{"a":[}',
    '"name":"x",',
    '1,',
    ',',
    '\n',
    '//',
    '/*',
    '"',
    '\\u0041',
    '-',
  ]);
  const inside = part.repeat(count);
  return random.pick<() => string>([
    () => inside,
    () => `{${inside}}`,
    () => `{ "name": "x", "methods": [${inside}] }`,
    () => `{ "name": "x", "methods": [{ "method": "ewc" }], "seeds": [${inside}] }`,
    () => `{ "name": "${inside}", "methods": [{ "method": "ewc" }] }`,
    () => inside.padEnd(1_100_000),
  ])();
}

// ---- structure

/** JSON as it is written: numbers by their text, and keys that may stand more than once. */
type Tree =
  | { kind: 'object'; pairs: { key: string; value: Tree }[] }
  | { kind: 'list'; items: Tree[] }
  | { kind: 'literal'; text: string };

const literal = (value: unknown): Tree => ({ kind: 'literal', text: JSON.stringify(value) });

function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(treeOf) };
  if (typeof value !== 'object' || value === null) return literal(value ?? null);
  return { kind: 'object', pairs: Object.entries(value).map(([key, inner]) => ({ key, value: treeOf(inner) })) };
}

/** A place in a tree that can hold another one. */
interface Slot {
  get(): Tree;
  set(tree: Tree): void;
  remove(): void;
  repeat(): void;
  rename(key: string): void;
}

function slotsOf(tree: Tree): Slot[] {
  if (tree.kind === 'literal') return [];
  const inner = tree.kind === 'list' ? listSlots(tree.items) : pairSlots(tree.pairs);
  return inner.flatMap((slot) => [slot, ...slotsOf(slot.get())]);
}

const listSlots = (items: Tree[]): Slot[] =>
  items.map((item) => {
    const at = () => items.indexOf(item);
    return {
      get: () => item,
      set: (tree) => void items.splice(at(), 1, tree),
      remove: () => void items.splice(at(), 1),
      repeat: () => void items.push(copyOf(item)),
      rename: () => undefined,
    };
  });

const pairSlots = (pairs: { key: string; value: Tree }[]): Slot[] =>
  pairs.map((pair) => ({
    get: () => pair.value,
    set: (tree) => void (pair.value = tree),
    remove: () => void pairs.splice(pairs.indexOf(pair), 1),
    repeat: () => void pairs.push({ key: pair.key, value: copyOf(pair.value) }),
    rename: (key) => void (pair.key = key),
  }));

const copyOf = (tree: Tree): Tree => structuredClone(tree);

const KEYS = [
  '__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', 'length', '', ' ', 'name', 'names', 'method',
  'methods', 'seeds', 'sede', 'stream', 'network', 'training', 'kind', 'hidden', 'conv', 'lambda', 'lamda', 'label', 'prune',
  'thresholds', 'then', 'toJSON', '0', '\u001b[31m', 'é', 'x'.repeat(500),
] as const; // prettier-ignore

const ODD_LITERALS = [
  '0', '-0', '-1', '1', '0.5', '1e999', '-1e999', '1e-400', '9007199254740993', '1.5e300', '1000', '1001', '4294967296',
  'true', 'false', 'null', '""', '" "', '"x"', '"ewc"', '"packnet"', '"cnn"', '"constructor"', '"__proto__"', '"\\u0000"',
  '"\\ud800"', '"\\u001b[2J"', '"漢字"', '01', '.5', '+1', '0x10', 'NaN', 'Infinity', "'x'", 'undefined',
] as const; // prettier-ignore

function mutateStructure(tree: Tree, random: Random): void {
  const slots = slotsOf(tree);
  const slot = slots[random.below(slots.length)];
  const other = slots[random.below(slots.length)];
  if (!slot || !other) return;
  random.pick<() => void>([
    () => slot.set(oddTree(random)),
    () => slot.set(copyOf(other.get())),
    () => slot.set(wrapped(slot.get(), random)),
    () => slot.remove(),
    () => slot.repeat(),
    () => slot.rename(random.pick(KEYS)),
    () => addTo(slot.get(), random.pick(KEYS), oddTree(random)),
  ])();
}

function addTo(tree: Tree, key: string, value: Tree): void {
  if (tree.kind === 'object') tree.pairs.push({ key, value });
  if (tree.kind === 'list') tree.items.push(value);
}

function oddTree(random: Random): Tree {
  return random.pick<() => Tree>([
    () => ({ kind: 'literal', text: random.pick(ODD_LITERALS) }),
    () => literal('x'.repeat(random.below(3000))),
    () => ({ kind: 'list', items: [] }),
    () => ({ kind: 'object', pairs: [] }),
    () => ({ kind: 'list', items: Array.from({ length: random.below(30) }, (_, i) => literal(i)) }),
    () => ({ kind: 'list', items: Array.from({ length: random.below(2000) }, () => literal('a')) }),
    () => ({ kind: 'object', pairs: [{ key: random.pick(KEYS), value: literal(1) }] }),
  ])();
}

function wrapped(tree: Tree, random: Random): Tree {
  let outer = tree;
  for (let depth = random.below(random.chance(0.1) ? 100 : 3); depth >= 0; depth--)
    outer = random.chance(0.5)
      ? { kind: 'list', items: [outer] }
      : { kind: 'object', pairs: [{ key: random.pick(KEYS), value: outer }] };
  return outer;
}

// ---- settings that may be valid

const SETTINGS: readonly [path: readonly string[], values: readonly [unknown, ...unknown[]]][] = [
  [['name'], ['x', 'An experiment', 'é', '\u001b[2J']],
  [['seeds'], [1, 2, 10, [1], [3, 1, 2], [0, 4294967295], [1, 1]]],
  [['bounds'], [true, false]],
  [
    ['stream', 'kind'],
    ['split', 'permuted', 'rotated', 'parts'],
  ],
  [
    ['stream', 'classesPerTask'],
    [[4, 2, 2, 2], [1], [5, 6], []],
  ],
  [
    ['stream', 'angles'],
    ['lopez-paz', 'buzzega', 'mirzadeh', [0, 90, -45.5], [1e9]],
  ],
  [
    ['stream', 'parts'],
    [[{}], [{ kind: 'split' }, { kind: 'permuted', tasks: 3 }, {}], [{ kind: 'rotated', angles: [1, 2] }], []],
  ],
  [
    ['stream', 'blurry'],
    [0, 0.5, 1, 2],
  ],
  [
    ['stream', 'identityFirst'],
    [true, false],
  ],
  [
    ['stream', 'pad'],
    [0, 2],
  ],
  [
    ['stream', 'tasks'],
    [1, 2, 5, 10, 3],
  ],
  [
    ['stream', 'scenario'],
    ['task', 'domain', 'class'],
  ],
  [
    ['stream', 'classOrder'],
    ['fixed', 'per-seed', [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], [3, 1]],
  ],
  [
    ['network', 'kind'],
    ['mlp', 'cnn'],
  ],
  [
    ['network', 'hidden'],
    [[], [1], [10, 20], [400, 400, 400], [8192]],
  ],
  [
    ['network', 'conv'],
    [[8], [4, 4], [1, 1, 1, 1]],
  ],
  [
    ['network', 'output'],
    ['softmax', 'relu'],
  ],
  [
    ['network', 'init'],
    ['he', 'fan-in', 0.01],
  ],
  [
    ['network', 'dropout'],
    [0, 0.5],
  ],
  [
    ['training', 'optimizer'],
    ['adam', 'sgd'],
  ],
  [
    ['training', 'momentum'],
    [0, 0.9],
  ],
  [
    ['training', 'epochs'],
    [1, 0.1, 1000],
  ],
  [
    ['training', 'iterations'],
    [1, 500],
  ],
  [
    ['evaluation', 'points'],
    [1, 500],
  ],
];

const LABELS = ['a', 'a (2)', 'EWC', 'Replay', 'None', 'é', '__proto__', 'constructor'] as const;

const ENTRIES: readonly [unknown, ...unknown[]] = [
  { method: 'none' },
  { method: 'joint' },
  { method: 'ewc' },
  { method: 'ewc', lambda: 5, online: true, gamma: 0.5 },
  { method: 'ewc', fisher: 'batched', network: { hidden: [5] } },
  { method: 'packnet', prune: 0.75 },
  { method: 'packnet', prune: [0.5, 0.5, 0.5, 0.5] },
  { method: 'replay', buffer: 'reservoir', size: 10 },
  { method: 'replay', buffer: 'reservoir', mixing: 'concatenate' },
  { method: 'replay', network: { kind: 'cnn' }, training: { iterations: 3 } },
  { method: 'sleep' },
  { method: 'sleep', thresholds: [1, 2] },
  [{ method: 'ewc' }, { method: 'replay' }],
  [{ method: 'replay' }, { method: 'sleep', alphaScale: 1 }],
];

function mutateSettings(tree: Tree, random: Random): void {
  if (random.chance(0.5)) {
    const [path, values] = SETTINGS[random.below(SETTINGS.length)] ?? [[], [0]];
    put(tree, path, treeOf(random.pick(values)));
    return;
  }
  const methods = tree.kind === 'object' ? tree.pairs.find(({ key }) => key === 'methods')?.value : undefined;
  if (methods?.kind !== 'list') return;
  const entry = treeOf(random.pick(ENTRIES));
  if (random.chance(0.5)) put(entry, ['label'], literal(random.pick(LABELS)));
  if (random.chance(0.3)) methods.items = [];
  methods.items.push(entry);
}

function put(tree: Tree, [key, ...rest]: readonly string[], value: Tree): void {
  if (tree.kind !== 'object' || key === undefined) return;
  const there = tree.pairs.find((pair) => pair.key === key);
  if (rest.length === 0) {
    if (there) there.value = value;
    else tree.pairs.push({ key, value });
    return;
  }
  if (there) return put(there.value, rest, value);
  const section: Tree = { kind: 'object', pairs: [] };
  tree.pairs.push({ key, value: section });
  put(section, rest, value);
}

// ---- text

/** Writes a tree with spaces, comments and trailing commas as they come. */
function written(tree: Tree, random: Random): string {
  const space = () => random.pick(['', '', ' ', '\n', '\r\n', '\t', ' /* c */ ', ' // c\n']);
  const trailing = () => (random.chance(0.1) ? ',' : '');
  const listed = (parts: string[], open: string, close: string) =>
    `${open}${space()}${parts.join(`,${space()}`)}${parts.length > 0 ? trailing() : ''}${space()}${close}`;
  const text = (part: Tree): string => {
    if (part.kind === 'literal') return part.text;
    if (part.kind === 'list') return listed(part.items.map(text), '[', ']');
    return listed(
      part.pairs.map(({ key, value }) => `${JSON.stringify(key)}:${space()}${text(value)}`),
      '{',
      '}',
    );
  };
  return space() + text(tree) + space();
}
