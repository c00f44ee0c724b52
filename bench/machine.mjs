import { cpus, totalmem } from 'node:os';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { shortRun, trainedEvents } from './lethe.mjs';
import { hasPython, output, root, venvPython } from './processes.mjs';

const ofInterest = ['torch', 'avalanche-lib'];

/** One line: processor, memory and the versions of what is measured. */
export async function describeMachine() {
  const parts = [
    `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Node ${process.versions.node}`,
    `Lethe ${JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version}`,
    `TensorFlow ${await nativeVersion()}`,
    ...(hasPython ? await pythonVersions() : []),
  ];
  return `${parts.join(' · ')}.`;
}

async function nativeVersion() {
  const events = await trainedEvents(shortRun, 'native');
  return events.find(({ type }) => type === 'started').backend.version;
}

async function pythonVersions() {
  const program = `import sys; from importlib.metadata import version; print("Python", sys.version.split()[0]); [print(name, version(name)) for name in ${JSON.stringify(ofInterest)}]`;
  return (await output(venvPython, ['-c', program])).trim().split('\n');
}
