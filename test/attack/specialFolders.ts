import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';

/** A store that special run folders are put into, and what lies around it. */
export interface Store {
  /** `.lethe/runs` of the workspace. */
  readonly runs: string;
  /** The folder of a run that is done. */
  readonly good: string;
  /** A folder outside of the workspace that nothing may touch; it looks like a run folder too. */
  readonly victim: string;
  /** Adds a file that names the victim's process, see inside.ts. */
  readonly addLate: (file: string, text: string) => void;
}

export interface SpecialFolder {
  /** Line of the table. */
  readonly kind: string;
  /** Says what is special; also the name of the run folder, unless the name is what is special. */
  readonly name: string;
  /** Why it cannot be made on this machine. */
  readonly needs?: 'root' | 'isolation';
  make(store: Store): void;
}

const files = ['run.json', 'events.jsonl', 'process.json', 'output.log', 'queued', 'claimed', 'stop'] as const;
const data = ['run.json', 'events.jsonl', 'process.json', 'output.log'] as const;

/** A copy of the good run under another name, its id included. */
export function copyOfGood({ runs, good }: Pick<Store, 'runs' | 'good'>, name: string, id = name): string {
  const folder = join(runs, name);
  cpSync(good, folder, { recursive: true, filter: (source) => !source.includes('checkpoints') });
  changeManifest(folder, (manifest) => ({ ...manifest, id }));
  return folder;
}

function changeManifest(folder: string, change: (manifest: Record<string, unknown>) => Record<string, unknown>): void {
  const file = join(folder, 'run.json');
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)));
}

/** A special file in place of each of some files. */
const inPlaceOf = (
  kind: string,
  names: readonly string[],
  put: (path: string, store: Store) => void,
  needs?: SpecialFolder['needs'],
): SpecialFolder[] =>
  names.map((file) => {
    const name = `${kind.toLowerCase().replace(/\W+/g, '-')}-${file}`;
    return {
      kind,
      name,
      ...(needs && { needs }),
      make(store) {
        const path = join(copyOfGood(store, name), file);
        rmSync(path, { recursive: true, force: true });
        put(path, store);
      },
    };
  });

const system = (program: string, ...args: string[]): void => {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
};

/** Leaves a socket behind: who listens is killed, and the file stays. */
const socket = (path: string): void => {
  const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', program]);
};

const SPARSE_BYTES = 64 * 2 ** 30;
function sparse(path: string): void {
  writeFileSync(path, '');
  truncateSync(path, SPARSE_BYTES);
}

const ROOT = 0;
const ids = [
  '../../../victim',
  '../../victim',
  '/tmp/victim',
  '.',
  '..',
  '',
  'a/b',
  'a\\b',
  '.hidden',
  '\0',
  'x'.repeat(5000),
];

const withId = (id: string, i: number): SpecialFolder => ({
  kind: 'An id that leads elsewhere',
  name: `id-${i}`,
  make: (store) => void copyOfGood(store, `id-${i}`, id),
});

const namesOfFolders = [
  '\u001b]0;owned\u0007',
  '\u001b[2J',
  'two\nlines',
  '\u202egnp',
  '--help',
  '-',
  '~',
  '$(touch victim)',
  'with space and "quotes"',
  '漢字',
  'CON',
  '__proto__',
  'constructor',
  'n'.repeat(250),
];

const withName = (name: string): SpecialFolder => ({
  kind: 'A folder name that is none',
  name: JSON.stringify(name).slice(0, 40),
  make: (store) => void copyOfGood(store, name),
});

/** Folders whose `process.json` or log names a process that Lethe never started. */
const processes: readonly { readonly pid: string; readonly start?: string }[] = [
  { pid: 'VICTIM_PID', start: 'VICTIM_START' },
  { pid: 'VICTIM_PID' },
  { pid: '-VICTIM_PID' },
  { pid: '1' },
  { pid: '0' },
  { pid: '-1' },
];

const running = (log: string): string =>
  log
    .split('\n')
    .filter((line) => !line.includes('"type":"ended"'))
    .join('\n');

/** `process.json`, both as it is and as it was once: a process of this machine, or of any. */
function processFile(pid: string, start: string | undefined): string {
  const known = start === undefined ? '' : `,"startTime":"${start}","boot":"BOOT","pidSpace":"PID_SPACE"`;
  const identity = `"pid":${pid},"host":${JSON.stringify(hostname())}${known}`;
  return `{${identity},"at":${Date.now()},"token":"0123456789abcdef","process":{${identity}}}`;
}

function namingProcess(
  { pid, start }: (typeof processes)[number],
  where: 'process.json' | 'events.jsonl',
): SpecialFolder {
  const name = `process-${pid}-${start === undefined ? 'bare' : 'start'}-${where}`;
  return {
    kind: 'A process that is not its own',
    name,
    needs: 'isolation',
    make(store) {
      const folder = copyOfGood(store, name);
      const log = running(readFileSync(join(folder, 'events.jsonl'), 'utf8'));
      rmSync(join(folder, 'process.json'), { force: true });
      if (where === 'events.jsonl') {
        store.addLate(join(folder, where), log.replace(/"pid":\d+,"host":"[^"]*"/g, `"pid":${pid}`));
        return;
      }
      writeFileSync(join(folder, 'events.jsonl'), log.replace(/"pid":\d+,"host":"[^"]*",/g, ''));
      store.addLate(join(folder, where), processFile(pid, start));
    },
  };
}

/** What else can be put on a disk: everything here is made by name alone, without chance. */
export const specialFolders: readonly SpecialFolder[] = [
  ...inPlaceOf('A folder in place of a file', files, (path) => {
    mkdirSync(path);
  }),
  ...inPlaceOf('A link in circles', files, (path) => symlinkSync(path, path)),
  {
    kind: 'A link in circles',
    name: 'folder-is-its-own-link',
    make: ({ runs }) => symlinkSync('folder-is-its-own-link', join(runs, 'folder-is-its-own-link')),
  },
  { kind: 'A link in circles', name: 'all-runs', make: ({ runs }) => symlinkSync('.', join(runs, 'all-runs')) },
  ...inPlaceOf('A link to an endless device', data, (path) => symlinkSync('/dev/zero', path)),
  ...inPlaceOf('A pipe that nobody writes to', files, (path) => system('mkfifo', path)),
  ...inPlaceOf('A socket', data, socket),
  ...inPlaceOf('A sparse file of 64 GiB', data, sparse),
  ...inPlaceOf('Without permission to read', data, (path) => {
    writeFileSync(path, '{}');
    chmodSync(path, 0);
  }),
  {
    kind: 'Without permission to read',
    name: 'closed-folder',
    make: (store) => chmodSync(copyOfGood(store, 'closed-folder'), 0),
  },
  ...inPlaceOf(
    "Another user's file",
    data,
    (path) => {
      writeFileSync(path, '{}', { mode: 0o600 });
      chownSync(path, ROOT, ROOT);
    },
    'root',
  ),
  {
    kind: "Another user's file",
    name: 'folder-of-another',
    needs: 'root',
    make(store) {
      const folder = copyOfGood(store, 'folder-of-another');
      chmodSync(folder, 0o700);
      chownSync(folder, ROOT, ROOT);
    },
  },
  ...ids.map(withId),
  {
    kind: 'An id that leads elsewhere',
    name: 'id-of-another',
    make: (store) => void copyOfGood(store, 'id-of-another', basename(store.good)),
  },
  ...inPlaceOf('A link out of the store', ['run.json', 'events.jsonl', 'process.json'], (path, { victim }) =>
    symlinkSync(join(victim, 'run.json'), path),
  ),
  ...inPlaceOf('A link out of the store', ['output.log', 'queued', 'claimed', 'stop'], (path, { victim }) =>
    symlinkSync(join(victim, 'keep.txt'), path),
  ),
  ...inPlaceOf('A link out of the store', ['checkpoints'], (path, { victim }) => symlinkSync(victim, path)),
  {
    kind: 'A link out of the store',
    name: 'linked-folder',
    make: ({ runs, victim }) => symlinkSync(victim, join(runs, 'linked-folder')),
  },
  ...namesOfFolders.map(withName),
  ...inPlaceOf('A file too large or too deep', ['run.json', 'events.jsonl', 'process.json'], (path) =>
    writeFileSync(path, '['.repeat(5_000_000)),
  ),
  {
    kind: 'A file too large or too deep',
    name: 'long-line',
    make: (store) =>
      writeFileSync(
        join(copyOfGood(store, 'long-line'), 'events.jsonl'),
        `{"type":"warning","at":1,"message":"${'x'.repeat(30_000_000)}"}\n`,
      ),
  },
  {
    kind: 'A file too large or too deep',
    name: 'many-lines',
    make: (store) =>
      writeFileSync(join(copyOfGood(store, 'many-lines'), 'events.jsonl'), '{"type":"a"}\n{\n'.repeat(500_000)),
  },
  ...processes.flatMap((process) => [namingProcess(process, 'process.json'), namingProcess(process, 'events.jsonl')]),
];
