import { readdirSync } from 'node:fs';
import path from 'node:path';
import { reportInHost } from '../vscode/inhost';

const here = import.meta.dirname;
const tests = readdirSync(here).filter((name) => name.endsWith('.host.ts'));

await reportInHost('in the extension host', {
  workspace: 'examples',
  tests: tests.map((name) => path.join(here, name)),
});
