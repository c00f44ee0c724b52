import { describe, expect, it } from 'vitest';
import { sampleViews } from './testViews';
import { saidBy, viewInWords } from './viewWords';

describe('the words of a view', () => {
  it('are said anew, and nothing else of it changes', () => {
    const marked = sampleViews.map((view) => viewInWords(view, (text) => `«${text}»`));
    expect(marked[0]).toMatchObject({ kind: 'layers', title: '«Importance»', quantity: '«mean Fisher information»' });
    expect(marked[0]).toMatchObject({ layers: [{ name: '«layer1.weights»', value: 0.25 }, { value: null }] });
    expect(marked[1]).toMatchObject({ method: 'replay', policy: 'reservoir', examples: { label: [1, 0] } });
    const unmarked = JSON.parse(JSON.stringify(marked).replaceAll(/[«»]/g, '')) as unknown;
    expect(unmarked).toEqual(sampleViews);
  });
});

describe('said by a table', () => {
  const say = saidBy({
    ...{ ': ': '：', ', ': '，', before: '之前', 'task {n}': '任务 {n}' },
    ...{ Loss: '损失', 'Loss: mean, before': '整体' },
  });

  it('is the whole text, where it is there', () => expect(say('Loss: mean, before')).toBe('整体'));
  it('is part by part otherwise, what is not there as it is', () => {
    expect([say('layer1.weights, before'), say('Loss: before')]).toEqual(['layer1.weights，之前', '损失：之前']);
  });
  it('keeps numbers', () => expect([say('task 12'), say('run 12')]).toEqual(['任务 12', 'run 12']));
  it('leaves alone what it has no word for', () => {
    expect([say('my thing: mean, most'), say('constructor'), say('')]).toEqual([
      'my thing: mean, most',
      'constructor',
      '',
    ]);
  });
});
