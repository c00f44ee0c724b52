// Makes recordings of finished runs: node test/recordings/record.mjs <workspace folder> <folder beside this file>
// One file a run, named by variant and seed; the first line is run.json. Steps, checkpoints and what a phase says between
// its beginning and its end are left out. Views and lists of forgotten examples, which are long, are kept of seed 1.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [store, folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: record.mjs <workspace folder> <folder>');
const runs = path.join(store, '.lethe', 'runs');
const to = path.join(import.meta.dirname, folder);

mkdirSync(to, { recursive: true });
for (const id of readdirSync(runs).sort()) {
  const manifest = JSON.parse(readFileSync(path.join(runs, id, 'run.json'), 'utf8'));
  const log = readFileSync(path.join(runs, id, 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  const events = log.map((line) => JSON.parse(line));
  const kept = events
    .filter((event, i) => isKept(event, events[i - 1], manifest))
    .map((event) => shortened(event, manifest));
  const lines = [manifest, ...kept].map((value) => `${JSON.stringify(value)}\n`);
  writeFileSync(path.join(to, `${manifest.variant.key}-${manifest.seed}.jsonl`), lines.join(''));
}

function isKept({ type, done, name, task }, before, { seed }) {
  if (type === 'step' || type === 'checkpoint' || (type === 'mechanism' && seed !== 1)) return false;
  const goesOn = before?.type === 'phase' && before.name === name && before.task === task;
  return type !== 'phase' || done === 1 || !goesOn;
}

function shortened(event, { seed }) {
  if (event.type === 'started') return without(event, ['host', 'pid', 'token']);
  return event.type === 'forgotten' && seed !== 1 ? without(event, ['list']) : event;
}

function without(event, names) {
  return Object.fromEntries(Object.entries(event).filter(([name]) => !names.includes(name)));
}
