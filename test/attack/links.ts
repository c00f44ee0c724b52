import { cpSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { troublesOf, type Ended } from './command';
import { contentOf } from './folderContent';
import { goodRuns, putRuns } from './goodRuns';
import { runNames } from './reference';
import { letheToEnd, newSandbox, remove } from './sandbox';
import { eachTrial, type Attack, type Section } from './section';

/** Places of a store, and what they are a link to: a folder with runs, a file, a folder's file that is not there yet. */
const places: readonly { readonly place: string; readonly to: 'folder' | 'file' | 'nothing' }[] = [
  { place: '.lethe', to: 'folder' },
  ...['runs', 'reports', 'keeper', 'planning'].map((name) => ({ place: `.lethe/${name}`, to: 'folder' as const })),
  ...['queue.json', 'keeper.log', '.gitignore', 'reports/tiny.html'].flatMap((name) => [
    { place: `.lethe/${name}`, to: 'file' as const },
    { place: `.lethe/${name}`, to: 'nothing' as const },
  ]),
  ...['', '/checkpoints'].map((name) => ({ place: `.lethe/runs/RUN${name}`, to: 'folder' as const })),
  ...['events.jsonl', 'output.log', 'process.json', 'stop', 'queued', 'checkpoints/latest.safetensors'].map((name) => ({
    place: `.lethe/runs/RUN/${name}`,
    to: 'file' as const,
  })),
];

/** Links in a store that lead out of it: nothing there may be read as a run, written or deleted. */
export const links: Section = {
  name: 'links',
  title: 'Links out of the store',
  trials: { short: 6, usual: places.length, long: 3 * places.length },
  share: 0.05,
  async run(attack, trials) {
    const runs = await goodRuns(attack);
    let done = 0;
    await eachTrial(attack, trials, 2, async (trial) => {
      // So that few trials are not all of one kind.
      const { place, to } = places[(trial * 5) % places.length] ?? { place: '.lethe', to: 'folder' };
      await attackLink(attack, runs, place, to);
      attack.done((done += 1));
    });
  },
};

async function attackLink(
  attack: Attack,
  runs: string,
  place: string,
  to: 'folder' | 'file' | 'nothing',
): Promise<void> {
  const sandbox = newSandbox(attack);
  putRuns(runs, sandbox);
  const victim = join(sandbox.folder, 'victim');
  mkdirSync(victim);
  const [run = ''] = runNames(sandbox.workspace);
  const path = join(sandbox.workspace, place.replace('RUN', run));
  mkdirSync(dirname(path), { recursive: true });
  // What was there is what the link leads to: it all looks right.
  if (existsSync(path)) (to === 'folder' ? moveInto : cpSync)(path, join(victim, 'content'));
  else if (to === 'folder') mkdirSync(join(victim, 'content'));
  writeFileSync(join(victim, 'keep.txt'), 'This was here before.\n');
  rmSync(path, { recursive: true, force: true });
  symlinkSync(join(victim, { folder: 'content', file: 'keep.txt', nothing: 'new.txt' }[to]), path);
  const before = contentOf(victim);
  const ended: Ended[] = [];
  for (const args of [
    ['list'],
    ['report', sandbox.file],
    ['run', sandbox.file, '--backend', 'wasm', '--method', 'none', 'ewc', '--seeds', '1,2'],
    ['stop', '--all'],
  ])
    ended.push(await letheToEnd(attack, sandbox, args, { interruptAfter: 40_000 }));
  const touched = contentOf(victim) !== before;
  const found = ended.flatMap((each) => troublesOf('a command', each));
  attack.tally.add({
    kind: kindOf(place, to),
    hung: ended.some(({ hung }) => hung),
    left: await remove(sandbox),
    found: touched ? [...found, `${place}: what the link leads to was changed`] : found,
  });
}

const moveInto = (from: string, to: string) => renameSync(from, to);

function kindOf(place: string, to: string): string {
  const what = place.includes('RUN')
    ? 'in a run folder'
    : place === '.lethe'
      ? 'in place of the store'
      : 'in the store';
  return `A link ${what} to a ${{ folder: 'folder', file: 'file' }[to] ?? 'file that is not there'}`;
}
