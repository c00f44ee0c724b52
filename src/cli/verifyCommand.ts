import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBackendChoice, type BackendChoice } from '../core/backends';
import { trainerText } from '../core/manifest';
import { isForeign, type Run } from '../core/run';
import { forgetOwnProcess, launchTraining, runFiles, RunStore } from '../runs/index';
import { OwnCodeError, ownBeside, writeCopies, type OwnBeside } from '../runs/own/ownCopies';
import { firstDifference } from '../core/difference';
import { exitCodes, InputError } from './exitCodes';
import { runNamed, storeHere } from './storeCommands';
import type { Terminal } from './terminal';
import { nameOf } from './words';

/** `lethe verify`: runs a finished run again on the same backend and compares the two logs bit for bit. */
export async function verifyCommand(
  name: string,
  options: { out?: string },
  terminal: Terminal,
  dist: string,
): Promise<number> {
  const store = storeHere(options.out, dist, terminal);
  const run = runNamed(name, await store.list());
  if (isForeign(run))
    throw new InputError(
      `${run.manifest.id} was trained by ${trainerText(run.manifest)}, not by Lethe: only that can repeat it.`,
    );
  if (run.status !== 'done')
    throw new InputError(`${run.manifest.id} is ${run.status}: only a done run can be verified.`);
  const backend = backendOf(run);
  const own = await ownBeside(store.folder, run.manifest).catch(refuseOwnCode);
  terminal.note(`Running ${nameOf(run)} again on ${backend} …`);
  const workspace = await mkdtemp(join(tmpdir(), 'lethe-verify-'));
  try {
    const repeated = await repeat(run, own, backend, new RunStore(workspace, { dist }), dist);
    if ('trouble' in repeated) {
      terminal.note(repeated.trouble);
      return repeated.code;
    }
    const recorded = await readFile(join(store.folderOf(run.manifest.id), runFiles.events), 'utf8');
    return tell(recorded, repeated.log, terminal);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

function backendOf(run: Run): BackendChoice {
  const { backend } = run.state;
  if (backend !== undefined && isBackendChoice(backend)) return backend;
  throw new InputError(
    `${run.manifest.id} was trained on a backend that this version of Lethe does not have (${backend ?? 'unknown'}).`,
  );
}

type Repeated = { readonly log: string } | { readonly trouble: string; readonly code: number };

function refuseOwnCode(error: unknown): never {
  throw error instanceof OwnCodeError ? new InputError(error.message) : error;
}

async function repeat(
  run: Run,
  own: OwnBeside | undefined,
  backend: BackendChoice,
  store: RunStore,
  dist: string,
): Promise<Repeated> {
  const { id } = run.manifest;
  const folder = store.folderOf(id);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, runFiles.manifest), JSON.stringify({ ...run.manifest, backend }));
  if (own) await writeCopies(folder, own.copies);
  const { child } = await launchTraining(folder, {
    node: process.execPath,
    dist,
    resume: false,
    threads: run.state.backendUse?.threads ?? 1,
    permission: own?.permission,
  });
  child.ref();
  const interruption = new AbortController();
  const interrupt = () => {
    interruption.abort();
    child.kill('SIGKILL');
  };
  process.on('SIGINT', interrupt);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('SIGINT', interrupt);
  await forgetOwnProcess(folder);
  if (interruption.signal.aborted) return { trouble: 'Stopped.', code: exitCodes.stopped };
  if (code === 0) return { log: await readFile(join(folder, runFiles.events), 'utf8') };
  const reason = (await store.get(id))?.state.error ?? (await store.outputTail(id, 10));
  return { trouble: `The repetition failed: ${reason}`, code: exitCodes.failed };
}

function tell(recorded: string, repeated: string, terminal: Terminal): number {
  const difference = firstDifference(recorded, repeated);
  if (!difference) {
    terminal.out('Equal: every result is the same, bit for bit.');
    return exitCodes.done;
  }
  const { line, field, recorded: was, repeated: is } = difference;
  terminal.out(`Different from line ${line} of ${runFiles.events}${field ? `, "${field}"` : ''}:`);
  terminal.out(`  recorded  ${was}`);
  terminal.out(`  repeated  ${is}`);
  return exitCodes.failed;
}
