import { randomInt, type Random } from '../../src/engine/random';
import { isObject, Members, membersOf, Raw } from './json';
import { between, chance, pick } from './draws';

const ESC = '\u001b';

/** Texts that other programs have stumbled over. */
const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\0',
  `${ESC}[2J${ESC}[H`,
  `${ESC}]0;owned\u0007`,
  `${ESC}]52;c;b3duZWQ=\u0007`,
  `${ESC}[31mred${ESC}[0m`,
  '\u009b31m',
  '\u009d0;owned\u009c',
  'a\rb',
  'a\nb',
  'line\u2028separator',
  '\u202egnp.exe',
  '\ud800',
  '\udfff\ud800',
  '\ufeff',
  '<script>alert(1)</script>',
  '</style><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  'javascript:alert(1)',
  '<svg/onload=alert(1)>',
  '&lt;b&gt;&#0;',
  '=HYPERLINK("http://x","y")',
  '+1+1',
  '-1+1',
  '@SUM(A1:A9)',
  '\t=1+1',
  '\\input{/etc/passwd}',
  '$(touch victim)',
  '`touch victim`',
  '; touch victim',
  '%s%s%n',
  '${process.exit()}',
  '../../../victim',
  '/dev/zero',
  'C:\\CON',
  '.',
  '..',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'NaN',
  'Infinity',
  '-0',
  'null',
  '漢字かな',
  '👩‍👩‍👧‍👦',
  'e\u0301'.repeat(20),
];

/** Numbers at the edges, some of which only JSON can write. */
const hostileNumbers: readonly unknown[] = [
  0,
  -1,
  1,
  0.5,
  -0.5,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  1e15,
  1e308,
  -1e308,
  5e-324,
  new Raw('-0'),
  new Raw('1e999'),
  new Raw('-1e999'),
  new Raw('1e-999'),
  new Raw('9007199254740993'),
  new Raw(`1${'0'.repeat(400)}`),
  new Raw('NaN'),
  new Raw('Infinity'),
  new Raw('01'),
  new Raw('0x10'),
];

const hostileKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'type',
  'at',
  '',
  ' ',
  '0',
  '\0',
];

export const hostileText = (random: Random): string => pick(random, hostileTexts);

/** Anything that does not belong where it is put. */
export function hostileValue(random: Random): unknown {
  const make = pick<() => unknown>(random, [
    () => pick(random, hostileTexts),
    () => pick(random, hostileTexts),
    () => pick(random, hostileNumbers),
    () => pick(random, hostileNumbers),
    () => pick(random, [null, true, false, [], {}]),
    () => new Members([[pick(random, hostileKeys), pick(random, hostileTexts)]]),
    () => Array.from({ length: between(random, 1, 40) }, () => pick(random, hostileNumbers)),
    () => (chance(random, 0.05) ? 'x'.repeat(between(random, 1000, 100_000)) : 'x'.repeat(between(random, 10, 300))),
    () => deep(random),
  ]);
  return make();
}

function deep(random: Random): Raw {
  const depth = chance(random, 0.05) ? between(random, 1000, 20_000) : between(random, 5, 200);
  return chance(random, 0.5)
    ? new Raw('['.repeat(depth) + ']'.repeat(depth))
    : new Raw('{"a":'.repeat(depth) + '1' + '}'.repeat(depth));
}

/** A value with one to four things wrong in it, somewhere. */
export function mutatedValue(random: Random, value: unknown): unknown {
  let mutated = value;
  for (let i = between(random, 1, pick(random, [1, 2, 4])); i > 0; i--) mutated = mutatedSomewhere(random, mutated);
  return mutated;
}

function mutatedSomewhere(random: Random, value: unknown): unknown {
  const isHere = chance(random, 0.15);
  if (Array.isArray(value)) {
    if (isHere || value.length === 0) return mutatedList(random, value);
    const at = randomInt(random, value.length);
    return value.map((item: unknown, i) => (i === at ? mutatedSomewhere(random, item) : item));
  }
  if (isObject(value)) {
    const { list } = membersOf(value);
    if (isHere || list.length === 0) return mutatedObject(random, list);
    const at = randomInt(random, list.length);
    return new Members(list.map(([key, item], i) => [key, i === at ? mutatedSomewhere(random, item) : item]));
  }
  return typeof value === 'number' && chance(random, 0.3) ? mutatedNumber(random, value) : hostileValue(random);
}

const mutatedNumber = (random: Random, value: number): number =>
  pick(random, [-value, value + 1, value - 1, value + 0.5, value * 1e6, value * 2 ** 40, value / 3]);

function mutatedList(random: Random, list: readonly unknown[]): unknown {
  const at = randomInt(random, list.length + 1);
  return pick<() => unknown>(random, [
    () => [...list.slice(0, at), hostileValue(random), ...list.slice(at)],
    () => list.slice(0, at),
    () => list.slice(at),
    () => [...list].reverse(),
    () => Array.from({ length: between(random, 2, 50) }, () => list).flat(),
    () => [list],
    () => ({ list }),
    () => hostileValue(random),
  ])();
}

function mutatedObject(random: Random, list: Members['list']): unknown {
  const at = randomInt(random, Math.max(1, list.length));
  const [key, item] = list[at] ?? ['a', 1];
  const others = list.filter((_, i) => i !== at);
  const another = pick(random, [...hostileKeys, ...list.map(([name]) => name)]);
  return pick<() => unknown>(random, [
    () => new Members(others),
    () => new Members([...others, [another, item]]),
    () => new Members([...list, [key, hostileValue(random)]]),
    () => new Members([[key, hostileValue(random)], ...list]),
    () => new Members([...list, [another, hostileValue(random)]]),
    () => new Members([...list, ['__proto__', new Members([['polluted', true]])]]),
    () => new Members([...list].reverse()),
    () => [new Members(list)],
    () => new Members([[key, new Members(list)]]),
    () => hostileValue(random),
  ])();
}

/** What is not UTF-8, or not what an editor shows. */
const hostileBytes: readonly (readonly number[])[] = [
  [0x00],
  [0xff],
  [0xfe, 0xff],
  [0xef, 0xbb, 0xbf],
  [0xc3, 0x28],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xc0, 0xaf],
  [0x1b, 0x5b, 0x32, 0x4a],
  [0x0a],
  [0x0d],
  [0x22],
  [0x5c],
  [0x7b],
  [0x5b],
  [0x7d],
  [0x2c],
];

/** Bytes with one to eight of them flipped, put in, taken out, cut off, or some of them somewhere else once more. */
export function mutatedBytes(random: Random, bytes: Buffer): Buffer {
  let mutated = bytes;
  for (let i = between(random, 1, pick(random, [1, 3, 8])); i > 0; i--) mutated = withFault(random, mutated);
  return mutated;
}

function withFault(random: Random, bytes: Buffer): Buffer {
  const at = randomInt(random, bytes.length + 1);
  const to = Math.min(bytes.length, at + between(random, 1, pick(random, [4, 64, 1024])));
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  return pick<() => Buffer>(random, [
    () => changedAt(bytes, at, (byte) => byte ^ (1 << randomInt(random, 8))),
    () => changedAt(bytes, at, () => randomInt(random, 256)),
    () => Buffer.concat([before, Buffer.from(pick(random, hostileBytes)), after]),
    () => Buffer.concat([before, Buffer.alloc(between(random, 1, 64), pick(random, hostileBytes)[0]), after]),
    () => Buffer.concat([before, bytes.subarray(to)]),
    () => Buffer.concat([before, bytes.subarray(at, to), after]),
    () => Buffer.concat([after, before]),
    () => Buffer.from(before),
  ])();
}

function changedAt(bytes: Buffer, at: number, change: (byte: number) => number): Buffer {
  const changed = Buffer.from(bytes);
  const byte = changed[at];
  if (byte !== undefined) changed[at] = change(byte);
  return changed;
}
