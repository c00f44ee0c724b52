import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { leftIn } from './processes';
import { buildPrograms } from './programs';
import type { Ground, Section } from './section';
import { Tally } from './tally';

/** What came of a section. */
export interface SectionResult {
  readonly section: Section;
  readonly tally: Tally;
  /** Parts that could not be tried on this machine, with the reason. */
  readonly skipped: ReadonlyMap<string, string>;
  readonly tables: readonly string[];
  readonly seconds: number;
}

export interface Course {
  readonly trials: number;
  goesOn(): boolean;
  onProgress?(done: number, findings: number): void;
}

/** Builds the real programs, does `work` with them, and takes away all that was started and written. */
export async function onGround<T>(
  options: Pick<Ground, 'seed' | 'insider' | 'wants'>,
  work: (ground: Ground) => Promise<T>,
): Promise<T> {
  const artifacts = resolve('test/artifacts/attack');
  mkdirSync(artifacts, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'lethe-attack-'));
  // Other users than this one take part.
  chmodSync(scratch, 0o755);
  try {
    const programs = join(scratch, 'programs');
    await buildPrograms(programs);
    return await work({ ...options, programs, scratch, artifacts });
  } finally {
    await leftIn(scratch, 0);
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Runs one section. That it breaks off is a finding like any other: what it has counted is kept. */
export async function attackSection(section: Section, ground: Ground, course: Course): Promise<SectionResult> {
  const begun = performance.now();
  const tally = new Tally();
  const skipped = new Map<string, string>();
  const tables: string[] = [];
  const attack = {
    ...ground,
    tally,
    goesOn: () => course.goesOn(),
    done: (trials: number) => course.onProgress?.(trials, tally.findings),
    skip: (what: string, why: string) => void skipped.set(what, why),
    table: (markdown: string) => void tables.push(markdown),
  };
  try {
    await section.run(attack, course.trials);
  } catch (error) {
    console.error(error);
    tally.add({ kind: section.title, count: 0, found: ['the attack itself broke off'] });
  }
  return { section, tally, skipped, tables, seconds: (performance.now() - begun) / 1000 };
}
