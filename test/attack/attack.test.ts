import { build } from 'esbuild';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { attackSection, onGround, type SectionResult } from './attacking';
import { sections } from './sections';

/** Trials of the short version. What is left out has tests of its own: checkpoints.test.ts, test/faults. */
const trials: Readonly<Record<string, number>> = { kills: 3, inputs: 1500, links: 6, clock: 1, races: 1 };

/** Where the packages it needs are found. */
const insider = resolve('test/artifacts/attack/short/inside.mjs');

const shortAttack = (seed: number): Promise<SectionResult[]> =>
  onGround({ seed, insider, wants: (kind) => kind !== 'Checkpoints' }, async (ground) => {
    const results: SectionResult[] = [];
    for (const section of sections) {
      const count = trials[section.name];
      if (count !== undefined)
        results.push(await attackSection(section, ground, { trials: count, goesOn: () => true }));
    }
    return results;
  });

describe.skipIf(process.platform !== 'linux')('a short attack on the real programs', () => {
  beforeAll(() =>
    build({
      entryPoints: ['test/attack/insideProgram.ts'],
      outfile: insider,
      bundle: true,
      packages: 'external',
      platform: 'node',
      target: 'node20',
      format: 'esm',
      logLevel: 'error',
    }),
  );

  it('loses nothing, hangs nowhere, leaves nothing and lets nothing in', async () => {
    // Other random choices each day, the same all day.
    const results = await shortAttack(Math.floor(Date.now() / 86_400_000));
    for (const { section, tally } of results) {
      expect(tally.rows.length, section.title).toBeGreaterThan(0);
      const found = tally.rows.flatMap((row) => [...row.found.keys()].map((what) => `${row.kind}: ${what}`));
      expect(found, section.title).toEqual([]);
      expect(tally.findings, section.title).toBe(0);
    }
  }, 600_000);
});
