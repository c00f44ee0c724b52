/** Lines of a log, of which some are events and most are not quite. */

const measured = { accuracy: [0.5, null], taskAware: [1, 0] };
const backend = { name: 'python', version: '3', why: 'chosen', threads: 1, processor: 'any' };
const columns = (...names: string[]) => Object.fromEntries(names.map((name) => [name, [1, 0]]));
const taken = ['task', 'label', 'takenTask', 'takenLabel'];

/** One of each kind, with all of its fields; views of a method's inside are none of them. */
const events: Readonly<Record<string, object>> = {
  started: {
    ...{ schema: 1, pid: 1, host: 'here', token: 'a', backend, versions: { python: '3' }, data: { file: 'ab' } },
    tasks: [{ name: 'first', classes: [0, 1], train: 5, test: 5 }],
    ...{ steps: [3], parameters: 7, normalisation: { mean: [0.1], std: [0.3] }, seconds: { program: 0.1 } },
  },
  baseline: { ...measured, tasks: [0, 2], samples: 10 },
  'task-start': { task: 0, steps: 3 },
  plan: { task: 0, step: 1, steps: 3 },
  network: { task: 0, parameters: 9, layers: [{ name: 'layer1', units: 4 }] },
  step: { task: 0, step: 1, loss: 0.5, accuracy: 0.5 },
  eval: { task: 0, step: 1, ...measured, tasks: [0, 2], samples: 10 },
  validation: { task: 0, step: 1, loss: 0.5, accuracy: 0.5 },
  phase: { task: 0, step: 1, steps: 2, name: 'fisher', done: 0.5, note: 'half' },
  'task-end': {
    ...{
      task: 0,
      ...measured,
      tasks: [0, 2],
      samples: 10,
      loss: [0.5, null],
      validation: { ...measured, tasks: [0, 2] },
    },
    ...{ memoryBytes: 0, flops: 1e9, seconds: { train: 1 } },
  },
  confusion: {
    ...{ task: 1, tasks: [0, 1], among: 'all', examples: [4, 4], right: [1, 2], ownTask: [1, 3], newest: [2, 3] },
    ...{ cells: columns(...taken, 'count'), unlisted: 1 },
  },
  forgotten: {
    ...{ task: 1, tasks: [0, 1], examples: [4, 4], lost: [1, 2], regained: [0, 1], list: columns('index', ...taken) },
    now: columns('index', 'task', 'takenTask', 'takenLabel'),
  },
  interference: { task: 1, step: 1, cosine: -0.5, plain: 0.25, images: 10 },
  metrics: { task: 0, step: 1, values: { rate: 0.1, gap: null } },
  mechanism: { task: 0, method: 'own' },
  checkpoint: { task: 0, step: 1, file: 'latest.bin', sha256: 'ab' },
  resumed: { task: 0, step: 1, steps: 3, pid: 1, host: 'here', token: 'a', backend },
  warning: { message: 'careful' },
  ended: { status: 'done', error: 'none', token: 'a', seconds: 0.1, peakMemoryBytes: 9 },
};

/** JSON of values that are right in some places. */
const values = [
  ...['0', '-0', '-1', '0.5', '1.0', '2', '3', '93', '1e3', '1e15', '1.1e15', '1e400', '-1e400', '9007199254740993'],
  ...[
    'null',
    'true',
    '""',
    '"all"',
    '"done"',
    '[]',
    '[0]',
    '[0.5]',
    '[1.01]',
    '[-1]',
    '[0,1]',
    '[1,0]',
    '[9,9]',
    '[1,1,1]',
  ],
  ...['[null,null]', '["0","1"]', '[true,false]', '[{}]', '{}', '{"a":1}', '{"a":"b"}', '{"a":null}', '{"":1}'],
];

/** Stands for a value that is put in its place as text, since not every JSON can be made from a value. */
const PLACE = '\u0000';

/** The value, and of each place in it the same with `PLACE` there, and without what is there. */
function changesOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]): unknown[] => {
    const replaced = (by: unknown) => (Array.isArray(value) ? value.with(Number(name), by) : { ...value, [name]: by });
    const without = Array.isArray(value)
      ? value.toSpliced(Number(name), 1)
      : Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
    return [replaced(PLACE), without, ...changesOf(inner).map(replaced)];
  });
}

const place = JSON.stringify(PLACE);

/** Whole events of each kind, and each of them with each of its fields, at any depth, changed or left out. */
export const linesOfALog: readonly string[] = Object.entries(events).flatMap(([type, fields]) => {
  const event = { type, at: 1, ...fields };
  const changed = changesOf(event).flatMap((one) => {
    const text = JSON.stringify(one);
    return text.includes(place) ? values.map((value) => text.replace(place, () => value)) : [text];
  });
  return [JSON.stringify(event), JSON.stringify({ ...event, more: 1 }), ...changed];
});

/** What no change of a field makes. */
export const otherLines: readonly string[] = [
  ...[
    '{',
    '7',
    'null',
    '[]',
    '"step"',
    '{"type":"new kind"}',
    '{"at":1}',
    '{"type":"step","at":1,"task":0,"step":1,"loss":NaN}',
  ],
  '{"type":"warning","at":1,"message":"\u00e9\ud83d\ude00"}',
  `{"type":"metrics","at":1,"task":0,"step":1,"values":{"${'\u00e9'.repeat(80)}":1}}`,
  `{"type":"metrics","at":1,"task":0,"step":1,"values":{"${'\ud83d\ude00'.repeat(41)}":1}}`,
  `{"type":"metrics","at":1,"task":0,"step":1,"values":{"${'\u00e9'.repeat(81)}":1}}`,
  `{"type":"metrics","at":1,"task":0,"step":1,"values":{${Array.from({ length: 65 }, (_, i) => `"${i}":1`).join(',')}}}`,
];
