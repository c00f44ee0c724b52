import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { INSTALL_ENGINE, REMOVE_ENGINE } from '../core/engineHint';
import { backendWords } from './engineWords';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<string, string>;
const commands = ['Install Native TensorFlow Engine', 'Remove Native TensorFlow Engine'];

describe('the reason for a backend', () => {
  it('names the commands of the palette where it was made for a terminal', () => {
    const why = `native TensorFlow cannot be loaded; ${REMOVE_ENGINE} and then ${INSTALL_ENGINE} makes it anew`;
    expect(backendWords({ name: 'wasm', version: '4', why })).toBe(
      'wasm 4 (native TensorFlow cannot be loaded; "Lethe: Remove Native TensorFlow Engine" and then "Lethe: Install Native TensorFlow Engine" makes it anew)',
    );
  });

  it('names them as the palette does, in both languages', () => {
    const [english, chinese] = [read('package.nls.json'), read('package.nls.zh-cn.json')];
    const keys = ['command.installEngine', 'command.removeEngine'];
    expect(keys.map((key) => english[key])).toEqual(commands);
    const titles = keys.map((key) => `Lethe: ${chinese[key]}`);
    const bundle = read('l10n/bundle.l10n.zh-cn.json');
    expect(commands.map((title) => bundle[`Lethe: ${title}`])).toEqual(titles);
    const page = read('l10n/webview.zh-cn.json');
    expect([page['installEngine'], page['removeEngine']]).toEqual(titles);
  });
});
