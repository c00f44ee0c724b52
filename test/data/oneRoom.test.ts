import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** What reaches the network, in code that is read: the linter holds the same. */
const NETWORK =
  /from '(node:)?(https?|http2|net|tls|dgram|dns(\/promises)?|undici)'|\b(fetch|XMLHttpRequest|WebSocket|EventSource)\(/;

it('one file of the product reaches the network', () => {
  const files = ['src', 'webview'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const found = files.filter(
    (file) =>
      /(?<!\.test|\.d)\.ts$/.test(file) && NETWORK.test(readFileSync(file, 'utf8').replace(/^\s*(\*|\/\/).*$/gm, '')),
  );
  expect(found).toEqual([join('src', 'data', 'network', 'fetchFile.ts')]);
});
