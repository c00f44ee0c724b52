import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { whyTexts } from '../src/core/why/texts';
import { workTexts } from '../src/core/workText';
import { english, t, tn, useLanguage } from './strings';

const here = import.meta.dirname;
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
const chinese = JSON.parse(readFileSync(join(here, '../l10n/webview.zh-cn.json'), 'utf8')) as Record<string, string>;

afterEach(() => useLanguage('en', {}));

describe('texts', () => {
  it('fill in arguments and group the digits of numbers', () => {
    expect(t('cursorShort', { step: 12000 })).toBe('step 12,000');
  });

  it('show what steers the reading direction in an argument as text', () => {
    expect(t('runVariant', { label: '\u202ecwe' })).toBe('Run \\u202ecwe');
  });

  it('keep a placeholder whose argument is missing visible', () => {
    expect(t('run')).toBe('Run');
    expect(t('runVariant')).toBe('Run {label}');
  });

  it('distinguish one from many', () => {
    expect([tn('seeds', 1), tn('seeds', 3)]).toEqual(['1 seed', '3 seeds']);
  });

  it('fall back to English where a translation lacks a key', () => {
    useLanguage('xx', { run: 'Los' });
    expect([t('run'), t('stop')]).toEqual(['Los', 'Stop']);
  });

  it('are all used', () => {
    const sources = readdirSync(here, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && name !== 'strings.ts' && !name.endsWith('.test.ts'))
      .map((name) => readFileSync(join(here, name), 'utf8'))
      .join('\n');
    const derived = (key: string) =>
      /^(col|hint|list)[A-Z]/.test(key) ||
      key.endsWith('One') ||
      key === 'range' ||
      key in whyTexts ||
      key in workTexts;
    expect(Object.keys(english).filter((key) => !derived(key) && !sources.includes(`'${key}'`))).toEqual([]);
  });
});

describe('the Chinese translation', () => {
  it('has exactly the keys of the English texts', () => {
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort());
  });

  it('keeps the placeholders of every text', () => {
    const wrong = Object.entries(english).filter(
      ([key, text]) => placeholders(chinese[key] ?? '').join() !== placeholders(text).join(),
    );
    expect(wrong).toEqual([]);
  });
});
