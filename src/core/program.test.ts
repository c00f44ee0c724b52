import { describe, expect, it } from 'vitest';
import type { NamedFiles } from './namedFiles';
import { namedFilesOf, parseExperiment } from './parse';
import { commandText, programFiles } from './program';
import { programId } from './programId';
import { programsOf } from './programsOf';

const train: NamedFiles = new Map([['train.py', { kind: 'read', sha256: 'a1' }]]);
const parsed = (entry: unknown, more: object = {}, files = train) =>
  parseExperiment(JSON.stringify({ name: 'x', bounds: false, ...more, methods: [entry] }), undefined, undefined, files);
const messages = (entry: unknown, more: object = {}) =>
  parsed(entry, more).problems.map(({ path, message }) => [path.join('.'), message]);

describe('an entry that names a program', () => {
  it('is a variant with its command, its settings and the content of its files', () => {
    const { experiment, problems } = parsed({
      program: ['python', 'train.py', '--fast'],
      label: 'ER-ACE',
      settings: { lr: 0.03, layers: [1, 2] },
      device: 'gpu',
    });
    expect(problems).toEqual([]);
    expect(experiment?.variants).toMatchObject([
      {
        key: 'er-ace',
        label: 'ER-ACE',
        methods: [{ method: 'train', settings: { lr: 0.03, layers: [1, 2] } }],
        program: { command: ['python', 'train.py', '--fast'], files: ['train.py'], device: 'gpu' },
        contents: { 'train.py': 'a1' },
        isForeign: true,
      },
    ]);
  });

  it('is called by its command and its settings where it has no label', () => {
    const { experiment } = parsed({ program: ['python', 'train.py'], settings: { lr: 0.1 } });
    expect(experiment?.variants).toMatchObject([{ key: 'train', label: 'python train.py · lr 0.1' }]);
  });

  it('sweeps its settings', () => {
    const { experiment } = parsed({ program: ['python', 'train.py'], settings: { lr: { sweep: [0.1, 0.2] } } });
    expect(experiment?.variants.map(({ key, label, family }) => [key, label, family?.key])).toEqual([
      ['train-lr-0.1', 'python train.py · lr 0.1', 'train'],
      ['train-lr-0.2', 'python train.py · lr 0.2', 'train'],
    ]);
  });

  it('may differ in network and training as any other', () => {
    const { experiment } = parsed({ program: ['python', 'train.py'], training: { batchSize: 7 } });
    expect(experiment?.variants).toMatchObject([{ training: { batchSize: 7 }, differs: ['training.batchSize'] }]);
  });

  it.each([
    ['not a list', { program: 'python train.py' }, 'methods.0.program', 'This must be a list.'],
    ['empty', { program: [] }, 'methods.0.program', 'This list needs at least 1 entry.'],
    ['an empty word', { program: [''] }, 'methods.0.program.0', 'This text must not be empty.'],
    ['a number among its words', { program: ['a', 1] }, 'methods.0.program.1', 'This must be a text.'],
    ['settings that are no object', { program: ['a'], settings: 3 }, 'methods.0.settings', 'This must be an object'],
    ['a device with a space', { program: ['a'], device: 'my gpu' }, 'methods.0.device', 'A device is named by'],
  ])('is refused at its place where it is %s', (_name, entry, path, message) => {
    expect(messages(entry)).toEqual([[path, expect.stringContaining(message)]]);
  });

  it('says what it may have', () => {
    const [[path, message = ''] = []] = messages({ program: ['a'], setings: {} });
    expect(path).toBe('methods.0.setings');
    expect(message).toContain('Did you mean "settings"?');
    expect(message).toContain('Allowed: program, settings, implements, files, batches, device, label');
  });

  it('is not there beside a method', () => {
    expect(messages({ method: 'ewc', program: ['a'] })).toEqual([
      ['methods.0.program', expect.stringContaining('by a "method" of Lethe or by a "program", not by both')],
    ]);
  });

  it('cannot be combined, nor meet a stream of the user’s own', () => {
    expect(messages([{ program: ['a'] }, { method: 'replay' }])).toEqual([
      ['methods.0.0.program', 'A program cannot be combined with methods.'],
    ]);
    expect(messages({ program: ['a'] }, { stream: { kind: './mine.ts', tasks: 2, scenario: 'class' } })).toContainEqual(
      ['methods.0.program', expect.stringContaining("needs one of Lethe's own streams")],
    );
  });

  it('marks a script that is not there where it is named', () => {
    const files: NamedFiles = new Map([['trian.py', { kind: 'faulty', message: 'No script.' }]]);
    const { problems } = parsed({ program: ['python', 'trian.py'] }, {}, files);
    expect(problems).toMatchObject([{ path: ['methods', 0, 'program', 1], message: 'No script.' }]);
  });
});

describe('the files of a program', () => {
  it('are its scripts, itself where it is a path, and those that are named', () => {
    expect(programFiles(['python', '-u', 'train.py', '--out=x.py', 'data.csv'], ['nets.py'])).toEqual([
      'train.py',
      'nets.py',
    ]);
    expect(programFiles(['./train', 'x'])).toEqual(['./train']);
    expect(programFiles(['python', '-m', 'train'])).toEqual([]);
  });

  it('are found in a text however faulty the rest of it is', () => {
    const text =
      '{ "seeds": "no", "methods": [ { "program": ["python", "a.py"], "files": ["b.py"] }, { "program": [] } ] }';
    expect(namedFilesOf(text)).toEqual([
      { name: 'a.py', as: 'program' },
      { name: 'b.py', as: 'program' },
    ]);
    expect(programsOf(text)).toEqual([{ command: ['python', 'a.py'], files: ['a.py', 'b.py'] }]);
    expect(programsOf('{')).toEqual([]);
  });
});

it('is never called as a method of Lethe is', () => {
  expect(programId('EWC', ['a'])).toBe('program-ewc');
  expect(programId(undefined, ['python', 'lib/ewc.py'])).toBe('program-ewc');
  expect(programId('我的', ['a'])).toBe('program');
});

it('shows a command in one line, with what may mislead written out', () => {
  expect(commandText(['python', 'my train.py', '--lr=0.1', 'a\u202eb\n', ''])).toBe(
    'python "my train.py" --lr=0.1 "a\\u202eb\\n" ""',
  );
});
