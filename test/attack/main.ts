import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { attackSection, onGround, type SectionResult } from './attacking';
import { documentOf, type About } from './document';
import { parseOptions, usage, type Options } from './options';
import { ProgressLine } from './progress';
import type { Ground } from './section';
import { sections } from './sections';

/**
 * `npm run attack`. `insider` is the program for process namespaces (insideProgram.ts).
 * Returns the exit code: 0 nothing found, 1 something, 2 wrong arguments.
 */
export async function main(args: readonly string[], insider: string): Promise<number> {
  const options = parseOptions(args, sections);
  if (typeof options === 'string') {
    console.error(`${options}\n${usage(sections)}`);
    return 2;
  }
  const { seed, only } = options;
  const interrupt = onInterrupt();
  const results = await onGround({ seed, insider, wants: (kind) => kind.includes(only) }, (ground) =>
    attackAll(ground, options, interrupt.yet),
  );
  interrupt.dispose();
  writeFileSync(
    join(resolve('test/artifacts/attack'), 'results.json'),
    JSON.stringify(results.map(plain), undefined, 2),
  );
  const command = ['npm run attack --', ...args.filter((word) => word !== '--write')].join(' ');
  const about = { command, date: new Date() };
  console.log(`\n${documentOf(sections, results, about)}`);
  if (options.write) writeDocument(results, about);
  return results.every(({ tally }) => tally.findings === 0) ? 0 : 1;
}

function writeDocument(results: readonly SectionResult[], about: About): void {
  const file = resolve('docs/reliability.md');
  const earlier = existsSync(file) ? readFileSync(file, 'utf8') : '';
  writeFileSync(file, documentOf(sections, results, about, earlier));
}

/** As a program reads it: the rows of each section, what was found among them. */
const plain = ({ section, tally, seconds }: SectionResult) => ({
  section: section.name,
  seconds,
  rows: tally.rows.map(({ found, ...row }) => ({ ...row, found: Object.fromEntries(found) })),
});

async function attackAll(ground: Ground, options: Options, interrupted: () => boolean): Promise<SectionResult[]> {
  const progress = new ProgressLine();
  const shares = options.sections.reduce((sum, { share }) => sum + share, 0);
  const results: SectionResult[] = [];
  for (const section of options.sections) {
    if (interrupted()) break;
    const time = options.milliseconds === undefined ? undefined : (options.milliseconds * section.share) / shares;
    const until = time === undefined ? undefined : performance.now() + time;
    const trials = time === undefined ? (options.trials.get(section.name) ?? 0) : Infinity;
    let done = 0;
    progress.begin(section.title, trials, until);
    const result = await attackSection(section, ground, {
      trials,
      goesOn: () => !interrupted() && (until === undefined || performance.now() < until),
      onProgress: (trial, findings) => progress.show((done = trial), findings),
    });
    progress.end(done, result.tally.findings);
    for (const [what, why] of result.skipped) console.log(`  skipped: ${what} (${why})`);
    results.push(result);
  }
  return results;
}

/** The first Ctrl-C ends the attack after the trials that have begun, the second at once. */
function onInterrupt() {
  let asked = false;
  const onSignal = () => {
    if (asked) process.exit(130);
    asked = true;
    console.log('\nEnding after the trials that have begun. Press Ctrl-C again to leave at once.');
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return { yet: () => asked, dispose: () => signals.forEach((signal) => process.off(signal, onSignal)) };
}
