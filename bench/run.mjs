// Measures how fast Lethe is, beside PyTorch and avalanche-lib where `node bench/setup.mjs` has installed them.
//   npm run bench -- [section …] [--quick] [--repeats N] [--against FOLDER] [--write]
// Prints the tables and keeps the numbers in bench/results; --write puts the tables of these sections into
// docs/benchmarks.md (networks: docs/networks.md). --quick only shows that everything works: its numbers mean nothing and are not kept. The section
// "builds" compares with the build in FOLDER (another version's dist) and is left out without one.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pageOf, sectionNames, withSections } from './document.mjs';
import { describeMachine } from './machine.mjs';
import { hasPython, root } from './processes.mjs';

const results = path.join(root, 'bench', 'results');

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    repeats: { type: 'string', default: '3' },
    against: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const { against } = options;
const everything = sectionNames.filter((name) => name !== 'builds' || against !== undefined);
const chosen = positionals.length > 0 ? positionals : everything;
const unknown = chosen.find((name) => !sectionNames.includes(name));
const repeats = options.quick ? 1 : Number(options.repeats);
const lacksBuild = chosen.includes('builds') && against === undefined;
if (unknown !== undefined || lacksBuild || !(repeats >= 1) || (options.quick && options.write)) {
  console.error(
    `usage: npm run bench -- [${sectionNames.join('|')} …] [--quick] [--repeats N] [--against FOLDER] [--write]; --quick is never written, "builds" needs --against`,
  );
  process.exit(2);
}

const machine = await describeMachine();
console.log(machine);
if (!hasPython)
  console.log('PyTorch and avalanche-lib are not installed: Lethe alone. `node bench/setup.mjs` installs them.');
const texts = {};
for (const name of chosen) {
  const section = await import(`./sections/${name}.mjs`);
  const start = performance.now();
  const say = (what) =>
    console.error(`  ${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s  ${name}: ${what}`);
  const data = await section.measure({ quick: options.quick, repeats, against, say });
  const minutes = ((performance.now() - start) / 60_000).toFixed(1);
  texts[name] = `${section.tables(data)}\n\nMeasured in ${minutes} minutes. ${machine}`;
  console.log(`\n## ${section.title}\n\n${texts[name]}`);
  if (!options.quick) {
    mkdirSync(results, { recursive: true });
    writeFileSync(path.join(results, `${name}.json`), JSON.stringify({ machine, measured: new Date(), data }, null, 2));
  }
}
if (options.write)
  for (const [name, text] of Object.entries(texts)) {
    const document = path.join(root, 'docs', pageOf(name));
    writeFileSync(document, withSections(readFileSync(document, 'utf8'), { [name]: text }));
  }
