import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildPrograms } from './attack/programs';

/** The real programs, and the two backends that work everywhere. */
const folder = mkdtempSync(path.join(tmpdir(), 'lethe-backends-'));
const at = (...names: string[]) => path.join(folder, ...names);
beforeAll(async () => {
  await buildPrograms(at('dist'));
  mkdirSync(at('.lethe'));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

async function lethe(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [at('dist', 'cli.js'), ...args], { cwd: folder });
  return stdout;
}

/** What `lethe run` says in JSON lines of its plan and its table. */
async function run(...args: string[]) {
  const lines = (await lethe('run', FILE, '--json', ...args)).trimEnd().split('\n');
  const said = lines.map((line) => JSON.parse(line) as { readonly type: string } & Record<string, unknown>);
  const [plan, comparison] = ['plan', 'comparison'].map((type) => said.find((one) => one.type === type));
  const count = (what: string) => (plan?.[what] as string[]).length;
  return { made: count('create'), reused: plan?.['reuse'] as string[], comparison: comparison as unknown as Compared };
}

interface Compared {
  readonly rows: readonly { readonly key: string; readonly backends: readonly string[] }[];
  readonly warnings: readonly string[];
}
const compared = async (...args: string[]) => JSON.parse(await lethe('compare', FILE, '--json', ...args)) as Compared;
const backendsOf = ({ rows }: Compared) => rows.map(({ key, backends }) => `${key}: ${backends.join(', ')}`);

const FILE = 'test.lethe.json';
const write = (...methods: string[]) =>
  writeFileSync(
    at(FILE),
    JSON.stringify({
      ...{ name: 'Tiny', stream: { tasks: 2 }, seeds: 2, bounds: false, network: { hidden: [4] } },
      ...{ training: { iterations: 2, batchSize: 4, samplesPerTask: 20 }, evaluation: { points: 1, samples: 10 } },
      methods: methods.map((method) => ({ method })),
    }),
  );

it('what is there already on a backend is what the table shows, whatever was trained on another since', async () => {
  write('none', 'ewc');
  await run('--backend', 'wasm', '--no-report');
  const second = await run('--backend', 'cpu', '--no-report');
  expect([second.made, backendsOf(second.comparison)]).toEqual([4, ['none: cpu', 'ewc: cpu']]);
  const again = await run('--backend', 'wasm');
  expect([again.made, again.reused.length]).toEqual([0, 4]);
  expect(backendsOf(again.comparison)).toEqual(['none: wasm', 'ewc: wasm']);
  expect(again.comparison.warnings).toEqual([]);
  const report = () => readFileSync(at('.lethe/reports/test.html'), 'utf8');
  expect(report()).toContain(' · runs on wasm</p>');

  // The same runs in every command that compares.
  const rows = (await lethe('compare', FILE, '--backend', 'wasm', '--format', 'csv')).trimEnd().split('\n').slice(1);
  expect(new Set(rows.map((row) => row.split(',')[0]))).toEqual(new Set(again.reused));
  expect(await lethe('compare', FILE)).toMatch(
    /These\s+are\s+results\s+on\s+cpu\.\s+There\s+are\s+results\s+on\s+wasm\s+too:\s+--backend\s+wasm/,
  );
  expect(backendsOf(await compared('--backend', 'cpu'))).toEqual(['none: cpu', 'ewc: cpu']);
  await lethe('report', FILE, '--backend', 'cpu');
  expect(report()).toContain(' · runs on cpu</p>');
  expect(report()).not.toContain('wasm 4');
  const named = JSON.parse(await lethe('compare', '--experiment', 'Tiny', '--backend', 'wasm', '--json')) as Compared;
  expect(backendsOf(named)).toEqual(['none: wasm', 'ewc: wasm']);
  const listed = (await lethe('list')).trimEnd().split('\n');
  expect(listed.filter((line) => / seed \d +wasm +Tiny$/.test(line))).toHaveLength(4);
  expect(listed.filter((line) => / seed \d +cpu +Tiny$/.test(line))).toHaveLength(4);
}, 120_000);

it('after an edit, one variant on one backend stands beside the others on it; elsewhere the table says what is missing', async () => {
  write('none', 'ewc', 'si');
  const { made, comparison } = await run('--backend', 'cpu', '--method', 'si', '--no-report');
  expect([made, backendsOf(comparison)]).toEqual([2, ['none: cpu', 'ewc: cpu', 'si: cpu']]);
  expect(comparison.warnings).toEqual([]);
  expect(backendsOf(await compared())).toEqual(['none: cpu', 'ewc: cpu', 'si: cpu']);
  const mixed = await compared('--backend', 'wasm');
  expect(backendsOf(mixed)).toEqual(['none: wasm', 'ewc: wasm', 'si: cpu']);
  expect(mixed.warnings).toEqual([expect.stringContaining('"lethe run FILE --backend wasm" runs what is missing')]);
  const mended = await run('--backend', 'wasm', '--no-report');
  expect([mended.made, backendsOf(mended.comparison)]).toEqual([2, ['none: wasm', 'ewc: wasm', 'si: wasm']]);
}, 120_000);
