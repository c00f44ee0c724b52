import { describe, expect, it } from 'vitest';
import { cards } from '../core/methods/index';
import { parseExperiment } from '../core/parse';
import { hoverText } from './hoverText';
import { meantWord } from './meantWord';

const TEXT = `{
  "name": "x", // a comment
  "stream": { "scenario": "class" },
  "training": { "batchSize": 64 },
  "seeds": 2,
  "methods": [
    { "method": "ewc", "lambda": 5 },
    [ { "method": "replay", "perClass": 100 }, { "method": "sleep", "training": { "epochs": 3 } } ],
    { "method": "packnet" }
  ]
}`;
const at = (word: string, text = TEXT) => {
  const offset = text.indexOf(word);
  expect(offset, word).toBeGreaterThan(0);
  return hoverText(text, offset + 1, parseExperiment(text));
};

describe('pointing at', () => {
  it('the name of a method shows its card', () => {
    const card = at('"ewc"');
    expect(card?.markdown).toContain('**EWC**');
    expect(card?.markdown).toContain(
      'Kirkpatrick et al. (2017). [*Overcoming catastrophic forgetting in neural networks.*](https://doi.org/',
    );
    expect(card?.markdown).toContain('```text\nL(θ) = L_task(θ) + λ/2');
    expect(card?.markdown).toContain('`lambda` 100000 · `online` false');
    expect(card?.page).toBe('methods/ewc.md');
    expect(card?.markdown, 'the JSON schema says that').not.toContain(cards.ewc.summary);
    expect(TEXT.slice(card?.offset, (card?.offset ?? 0) + (card?.length ?? 0))).toBe('"ewc"');
  });

  it('the name of a method says why its entry has the number it has, beside a card alone', () => {
    const reasonOf = (entry: number) => (entry === 1 ? 'Because.' : undefined);
    const said = (word: string) =>
      hoverText(TEXT, TEXT.indexOf(word) + 1, parseExperiment(TEXT), undefined, reasonOf)?.reason;
    expect(said('"sleep"')).toBe('Measured here: Because.');
    expect(said('"ewc"')).toBeUndefined();
    expect(said('"perClass"')).toBeUndefined();
  });

  it('the name of a method shows its defaults in the scenario of the experiment', () => {
    const lwf = (scenario: string) =>
      at('"lwf"', `{ "name": "x", "stream": { "scenario": "${scenario}" }, "methods": [{ "method": "lwf" }] }`);
    expect(lwf('class')?.markdown).toContain('`weighting` "once"');
    expect(lwf('task')?.markdown).toContain('`weighting` "per-task"');
  });

  it('a published protocol shows what it gives and what was published under it', () => {
    const said = at('"split-', '{ "extends": "split-mnist/van-de-ven-2019-class" }')?.markdown;
    expect(said).toContain('**Split MNIST, class-incremental**');
    expect(said).toContain('"iterations":2000');
    expect(said).toContain('"lambda":100000000');
    expect(said).toContain('Accuracy 20.01 ± 0.06 (SEM), 20 seeds');
    expect(said).toContain('Known differences: The settings are');
    expect(at('"split-', '{ "extends": "split-mnist" }')).toBeUndefined();
  });

  it('a method that must be told the task says where that leaves it', () => {
    const card = at('"packnet"')?.markdown;
    expect(card).toMatch(/class-incremental: task-aware only\. PackNet must be told the task/);
    expect(card).toMatch(/domain-incremental: not defined\./);
  });

  it('a part of a setting of the training shows its default, of the kind that is asked for', () => {
    const said = (word: string, training: string) =>
      at(word, `{ "name": "x", "training": { ${training} }, "methods": [{ "method": "none" }] }`)?.markdown;
    const schedule = (kind: string, part: string) => `"schedule": { "kind": "${kind}", ${part} }`;
    expect(said('"gamma"', schedule('exponential', '"gamma": 0.5'))).toBe('Default: `0.95`');
    expect(said('"gamma"', schedule('steps', '"milestones": [1], "gamma": 0.5'))).toBe('Default: `0.1`');
    expect(said('"patience"', schedule('nonsense', '"patience": 3'))).toBeUndefined();
    expect(said('"from"', '"validation": { "share": 0.1, "from": "last" }')).toBe('Default: `"drawn"`');
    expect(said('"share"', '"validation": { "share": 0.1 }')).toBeUndefined();
  });

  it('a setting of the network shows the default of its kind of network', () => {
    const hidden = (network: string) =>
      at('"hidden"', `{ "name": "x", "network": { ${network}"hidden": [5] }, "methods": [{ "method": "none" }] }`);
    expect(hidden('')?.markdown).toBe('Default: `[400,400]`');
    expect(hidden('"kind": "cnn", ')?.markdown).toBe('Default: `[]`');
  });

  it('a setting of the stream shows the default of its kind of stream', () => {
    const tasks = (kind: string) =>
      at('"tasks"', `{ "name": "x", "stream": { ${kind}"tasks": 2 }, "methods": [{ "method": "none" }] }`);
    expect(tasks('')?.markdown).toBe('Default: `5`');
    expect(tasks('"kind": "permuted", ')?.markdown).toBe('Default: `10`');
    expect(tasks('"kind": "constructor", ')?.markdown).toBe('Default: `5`');
    expect(tasks('"kind": "rotated", ')?.markdown).toBe('Default: `20`');
  });

  it('a setting of a part of the stream shows the default of its kind of part', () => {
    const hover = (needle: string, part: string) =>
      at(
        needle,
        `{ "name": "x", "stream": { "kind": "parts", "scenario": "task", "parts": [${part}] }, "methods": [] }`,
      );
    expect(hover('"tasks"', '{}, { "kind": "permuted", "tasks": 2 }')?.markdown).toBe('Default: `10`');
    expect(hover('"dataset"', '{ "dataset": "mnist" }')?.markdown).toBe('Default: `"mnist"`');
    expect(hover('"scenario"', '{}')?.markdown).toBe('Default: `"class"`');
    expect(hover('"parts": [', '{}')).toBeUndefined();
  });

  it('a method with a recipe of its own lists it', () => {
    expect(at('"sleep"')?.markdown).toContain('hidden `[1200,1200]`');
  });

  it('a setting shows its default and, where it differs, its value here', () => {
    expect(at('"lambda"')?.markdown).toBe('Default: `100000` · here: `5`');
    expect(at('"perClass"')?.markdown).toBe('Default: `100`');
  });

  it('settings of network, training and stream shows their defaults', () => {
    expect(at('"batchSize"')?.markdown).toBe('Default: `128`');
    expect(at('"scenario"')?.markdown).toBe('Default: `"class"`');
    expect(at('"seeds"')?.markdown).toBe('Default: `3`');
  });

  it("an override shows the experiment's own value, if it has one", () => {
    expect(at('"epochs"')).toBeUndefined();
    const text = TEXT.replace('"epochs": 3', '"batchSize": 10');
    const offset = text.lastIndexOf('"batchSize"');
    expect(hoverText(text, offset + 1, parseExperiment(text))?.markdown).toBe("The experiment's own: `64`");
  });

  it('a sweep shows its values, and what is swept its default', () => {
    const sweep = '{ "sweep": { "from": 10, "to": 1000, "steps": 3, "scale": "log" } }';
    const text = TEXT.replace('"lambda": 5', `"lambda": ${sweep}`);
    expect(at('"sweep"', text)?.markdown).toBe('3 values: `10`, `100`, `1000`');
    expect(at('"steps"', text)?.markdown).toBe('3 values: `10`, `100`, `1000`');
    expect(at('"lambda"', text)?.markdown).toMatch(/^Default: `100000`/);
    expect(at('"sweep"', text.replace('"from"', '"form"'))).toBeUndefined();
  });

  it('a key of a program shows an example and what it comes to here', () => {
    const text = `{ "name": "x", "methods": [
      { "method": "ewc", "lambda": 5 },
      { "program": ["python", "train.py"], "label": "Mine", "settings": { "lr": 0.1 }, "files": ["model.py"],
        "device": "a100", "batches": true, "implements": "ewc" } ] }`;
    const files = new Map(['train.py', 'model.py'].map((name) => [name, { kind: 'read' as const, sha256: 'a' }]));
    const said = (word: string) => {
      const offset = text.indexOf(word);
      return hoverText(text, offset + 1, parseExperiment(text, undefined, undefined, files));
    };
    for (const word of ['"program"', '"train.py"']) {
      expect(said(word)).toMatchObject({ page: 'programs.md' });
      expect(said(word)?.markdown).toContain('with lethe.run() as run:');
      expect(said(word)?.markdown).toContain('Content that counts: `train.py`, `model.py`');
    }
    expect(said('"files"')?.markdown).toBe('Content that counts: `train.py`, `model.py`');
    expect(said('"settings"')?.markdown).toMatch(/^In Python `run\.settings\["lr"\]`/);
    expect(said('"lr"')?.markdown).toMatch(/^In Python `run\.settings\["lr"\]`/);
    expect(said('"device"')?.markdown).toContain('`"lethe.devices": { "a100": 2 }`');
    expect(said('"batches"')?.markdown).toContain('`run.batches(task)`');
    expect(said('"label"')?.markdown).toMatch(/^Without one/);
    expect(said('"implements"')?.markdown).toMatch(
      /^Told by EWC · lambda 5: `lambda 5`, .*, its network and training$/,
    );
    expect(said('"implements"')?.page).toBeUndefined();
    expect(at('"program"', '{ "name": "x", "methods": [{ "method": "ewc", "program": ["a"] }] }')).toBeUndefined();
  });

  it('anything else says nothing', () => {
    expect(at('"name"')).toBeUndefined();
    expect(at('// a comment')).toBeUndefined();
    expect(hoverText('', 0, parseExperiment(''))).toBeUndefined();
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'parse'])(
    'a key called %s says nothing, wherever it stands',
    (key) => {
      const entry = `{ "method": "ewc", "${key}": 1, "network": { "${key}": 1 }, "training": { "${key}": 1 } }`;
      const text = `{ "${key}": { "a": 1 }, "stream": { "${key}": 1 }, "network": { "${key}": 1 }, "methods": [ ${entry}, { "${key}": 1, "method": "${key}" } ] }`;
      const parsed = parseExperiment(text);
      const said = Array.from(text, (_, offset) => hoverText(text, offset, parsed)?.markdown).filter(Boolean);
      expect(new Set(said)).toEqual(new Set([at('"ewc"')?.markdown]));
    },
  );

  it('a text that is nested too deep to be read says nothing', () => {
    const text = '['.repeat(20_000);
    expect(hoverText(text, 10_000, parseExperiment(text))).toBeUndefined();
  });

  it('a method in a file that is broken elsewhere still shows its card', () => {
    expect(at('"ewc"', TEXT.replace('"seeds": 2,', '"seeds": ,'))?.markdown).toContain('**EWC**');
  });
});

describe('the quick fix', () => {
  it('takes the word that the message of a typo suggests', () => {
    const problemOf = (text: string) => parseExperiment(text).problems[0]?.message ?? '';
    expect(meantWord(problemOf('{ "name": "x", "methods": [ { "method": "ewk" } ] }'))).toBe('ewc');
    expect(meantWord(problemOf('{ "name": "x", "methods": [ { "method": "ewc", "lamda": 1 } ] }'))).toBe('lambda');
    expect(meantWord(problemOf('{ "name": "x", "methods": [] }'))).toBeUndefined();
  });
});
