// Runs a published protocol and prints our numbers beside the published ones, whether they agree or not.
//   npm run reproduce -- src-mnist [--method KEY …]
// Finished runs are kept in .lethe/ and used again.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const protocols = JSON.parse(readFileSync(new URL('published.json', import.meta.url), 'utf8'));

/** Runs the command line of Lethe; its progress goes to the terminal, its standard output is returned when asked for. */
function lethe(args, capture) {
  const { status, stdout } = spawnSync(process.execPath, ['dist/cli.js', ...args], {
    cwd: root,
    stdio: ['inherit', capture ? 'pipe' : 'inherit', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { status, stdout };
}

const percent = (fraction) => (100 * fraction).toFixed(2);

function line({ key, published, spread, source, tolerance }, rows) {
  const row = rows.find((candidate) => candidate.key === key);
  const accuracy = row?.measures.accuracy;
  if (!accuracy?.n) return `  ${key.padEnd(8)} not run here · published ${percent(published)} (${source})`;
  const apart = Math.abs(accuracy.mean - published);
  const verdict = apart <= tolerance ? 'agrees' : 'differs';
  const single = row.perSeed.map((run) => percent(run.accuracy)).join(', ');
  return [
    `  ${key.padEnd(8)} ${percent(accuracy.mean)} (SD ${percent(accuracy.sd ?? NaN)}, n = ${accuracy.n}) · published ${percent(published)}` +
      `: ${verdict} (${percent(apart)} apart, tolerance ${percent(tolerance)})`,
    `           seeds: ${single}`,
    `           ${[source, spread].filter(Boolean).join('; ')}`,
  ].join('\n');
}

const [name, ...options] = process.argv.slice(2);
const protocol = protocols[name];
if (!protocol) {
  console.error(`usage: npm run reproduce -- ${Object.keys(protocols).join('|')} [options of "lethe run"]`);
  process.exit(2);
}
const { status } = lethe(['run', protocol.experiment, '--no-report', ...options], false);
if (status !== 0) process.exit(status ?? 1);
const { rows } = JSON.parse(lethe(['compare', protocol.experiment, '--json'], true).stdout);
console.log(`\n${protocol.title}: accuracy in %, ours and published`);
for (const row of protocol.rows) console.log(line(row, rows));
