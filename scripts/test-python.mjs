// The tests of the Python client with every framework that it knows, none skipped, and its types: npm run test:python
// The first time it installs what clients/python/tests/requirements.txt asks for into clients/python/.venv. Further words
// are patterns of file names: npm run test:python -- 'test_avalanche*'
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonOf, setUp } from './virtualEnvironment.mjs';

const client = fileURLToPath(new URL('../clients/python', import.meta.url));
const venv = path.join(client, '.venv');
const patterns = process.argv.slice(2);

setUp(venv, path.join(client, 'tests', 'requirements.txt'));

const failed = [];
await check('types', ['-m', 'mypy']);
for (const pattern of patterns.length > 0 ? patterns : ['test*.py'])
  await check(pattern, ['-B', '-m', 'unittest', 'discover', '-v', '-s', 'tests', '-p', pattern]);
console.log(failed.length > 0 ? `FAILED: ${failed.join(', ')}` : 'Types and tests: all right');
process.exitCode = failed.length > 0 ? 1 : 0;

/** A test that is skipped for want of a package has failed: the requirements lack it. What they say is shown as it comes. */
async function check(name, args) {
  const child = spawn(pythonOf(venv), args, { cwd: client, stdio: ['inherit', 'inherit', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    process.stderr.write(text);
    said += text;
  });
  const status = await new Promise((resolve) => {
    child.on('close', resolve);
    child.on('error', ({ message }) => console.log(message));
  });
  const lacking = new Set(Array.from(said.matchAll(/skipped '(.* is not installed)'/g), ([, reason]) => reason));
  if (status !== 0 || lacking.size > 0) failed.push([name, ...lacking].join(': '));
}
