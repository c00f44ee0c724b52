import { execFile, execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const isThere = (command: string) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

/** Whether a real Slurm shall be started, and can be: its programs are installed, and this user may start them. */
export const slurmIsThere =
  process.env['LETHE_TEST_SLURM'] === '1' &&
  userInfo().uid === 0 &&
  ['slurmctld', 'slurmd', 'sbatch', 'munged'].every((command) => isThere(command));

/** A real Slurm of one machine, with a controller and a node of its own, apart from any other that is here. */
export class Cluster {
  private readonly folder = path.join(tmpdir(), `lethe-slurm-${randomUUID()}`);
  private readonly daemons = new Map<string, ChildProcess>();
  readonly env: NodeJS.ProcessEnv = { ...process.env, SLURM_CONF: path.join(this.folder, 'slurm.conf') };

  /** @param port of the controller; the node has the next one */
  constructor(private readonly port = 17_817) {}

  async start(): Promise<void> {
    for (const name of ['state', 'spool', 'log']) mkdirSync(path.join(this.folder, name), { recursive: true });
    chmodSync(this.folder, 0o755);
    writeFileSync(path.join(this.folder, 'slurm.conf'), this.config());
    await this.startMunge();
    this.startDaemon('slurmctld');
    this.startDaemon('slurmd', '-N', 'localhost');
    await this.until(async () => (await this.say('sinfo', '--noheader', '--format=%T')).startsWith('idle'));
  }

  /** What a command of Slurm's prints. */
  async say(command: string, ...args: string[]): Promise<string> {
    return (await run(command, args, { env: this.env })).stdout;
  }

  /** Ends the controller at once, and starts it again after some time. */
  async killController(downFor: number): Promise<void> {
    this.end('slurmctld');
    await delay(downFor);
    this.startDaemon('slurmctld');
    await this.until(async () => (await this.say('scontrol', 'ping')).includes('UP'));
  }

  async stop(): Promise<void> {
    await this.say('scancel', `--user=${userInfo().username}`).catch(() => '');
    await delay(1000);
    for (const name of [...this.daemons.keys()]) this.end(name);
    await delay(500);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** For a failing test: the last lines of the logs. */
  logs(): string {
    return ['slurmctld', 'slurmd']
      .map((name) =>
        readFileSync(path.join(this.folder, 'log', `${name}.log`), 'utf8')
          .split('\n')
          .slice(-30)
          .join('\n'),
      )
      .join('\n');
  }

  /** Waits until something holds, which may fail to say so at first. */
  async until(holds: () => Promise<boolean>, seconds = 60): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      if (await holds().catch(() => false)) return;
      if (Date.now() > deadline) throw new Error(`not within ${seconds} s\n${this.logs()}`);
      await delay(200);
    }
  }

  private startDaemon(name: string, ...args: string[]): void {
    this.daemons.set(name, spawn(name, ['-D', ...args], { env: this.env, stdio: 'ignore' }));
  }

  private end(name: string): void {
    this.daemons.get(name)?.kill('SIGKILL');
    this.daemons.delete(name);
  }

  private async startMunge(): Promise<void> {
    if (existsSync('/run/munge/munge.socket.2') && spawnSync('munge', ['-n']).status === 0) return;
    mkdirSync('/run/munge', { recursive: true });
    execFileSync('chown', ['munge:munge', '/run/munge']);
    execFileSync('su', ['-s', '/bin/sh', 'munge', '-c', '/usr/sbin/munged']);
    await this.until(() => Promise.resolve(spawnSync('munge', ['-n']).status === 0));
  }

  /** More processors than there are: workers of tests mostly wait. */
  private config(): string {
    const { folder, port } = this;
    return `ClusterName=lethe-tests
SlurmctldHost=localhost(127.0.0.1)
AuthType=auth/munge
CryptoType=crypto/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/log/slurmctld.log
SlurmdLogFile=${folder}/log/slurmd.log
SlurmctldPort=${port}
SlurmdPort=${port + 1}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
KillWait=10
OverTimeLimit=0
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0,sched_interval=1
NodeName=localhost NodeAddr=127.0.0.1 CPUs=8 RealMemory=4000 State=UNKNOWN
PartitionName=debug Nodes=localhost Default=YES MaxTime=INFINITE State=UP
`;
  }
}
