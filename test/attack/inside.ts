import { spawn, type ChildProcess } from 'node:child_process';
import { chownSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { runToEnd, type CommandOptions, type Ended } from './command';
import { leftIn } from './processes';

/** What is done in a process namespace of its own: commands on a store, beside processes that they must leave alone. */
export interface InsidePlan {
  readonly commands: readonly InsideCommand[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** Files that name the victim's process: VICTIM_PID and other words stand for what is only known inside. */
  readonly late: readonly { readonly file: string; readonly text: string }[];
  /** No process may name it afterwards. */
  readonly folder: string;
  /** Where the InsideResult goes. */
  readonly result: string;
}

export interface InsideCommand extends Pick<CommandOptions, 'limit' | 'interruptAfter'> {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

export interface InsideResult {
  readonly ended: readonly (Ended & { readonly name: string; readonly victimLives: boolean })[];
  readonly left: number;
}

/** A store on which so many commands hang is known well enough. */
const HANGS = 2;

/** Carries out a plan (a file). */
export async function inside(file: string): Promise<number> {
  const plan = JSON.parse(readFileSync(file, 'utf8')) as InsidePlan;
  const { cwd, env, uid, late, folder } = plan;
  const owner = uid === undefined ? {} : { uid, gid: uid };
  const victim = spawn('sleep', ['3600'], { detached: true, stdio: 'ignore', ...owner });
  const lives = () => victim.exitCode === null && victim.signalCode === null;
  const facts = factsOf(victim);
  for (const { file: own, text } of late) {
    writeFileSync(
      own,
      [...facts].reduce((filled, [word, fact]) => filled.replaceAll(word, fact), text),
    );
    if (uid !== undefined) chownSync(own, uid, uid);
  }
  const ended: (Ended & { name: string; victimLives: boolean })[] = [];
  for (const { name, command, ...bounds } of plan.commands) {
    if (ended.filter(({ hung }) => hung).length >= HANGS) break;
    const result = await runToEnd(command, { cwd, env, uid, ...bounds });
    ended.push({ name, ...result, victimLives: lives() });
  }
  const left = await leftIn(folder, 4000);
  if (lives()) victim.kill('SIGKILL');
  const result: InsideResult = { ended, left };
  writeFileSync(plan.result, JSON.stringify(result));
  return 0;
}

/** What a hostile file would have to say of a process to be taken at its word, by the word that stands for it. */
function factsOf({ pid = 0 }: ChildProcess): ReadonlyMap<string, string> {
  const stat = readOr('', () => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return new Map([
    ['VICTIM_PID', String(pid)],
    ['VICTIM_START', stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''],
    ['BOOT', readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())],
    ['PID_SPACE', readOr('', () => readlinkSync('/proc/self/ns/pid'))],
  ]);
}

function readOr(otherwise: string, read: () => string): string {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
