/** Programs as entries of an experiment, with the real programs of Lethe and real processes of Python. */
import { execFile, execFileSync, type ChildProcess } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildPrograms } from '../attack/programs';
import { writeMadeUpSlurm } from '../madeUpSlurm';

/** As it ships: the programs, and the Python client beside them. */
const shipped = mkdtempSync(path.join(tmpdir(), 'lethe-programs-shipped-'));
const dist = path.join(shipped, 'dist');
const client = path.join(shipped, 'clients', 'python');
beforeAll(async () => {
  for (const part of ['src', 'fallback'])
    cpSync(path.resolve('clients', 'python', part), path.join(client, part), { recursive: true });
  await buildPrograms(dist);
}, 120_000);
afterAll(() => rmSync(shipped, { recursive: true, force: true }));

let folder = '';
const at = (...names: string[]) => path.join(folder, ...names);
/** What else a test has in the environment. */
let variables: Readonly<Record<string, string>> = {};
beforeEach(() => {
  variables = {};
  folder = mkdtempSync(path.join(tmpdir(), 'lethe-programs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const write = (name: string, text: string) => {
  writeFileSync(at(name), text);
  return at(name);
};

const experiment = (entry: object, more: object = {}) =>
  write(
    'x.lethe.json',
    JSON.stringify({
      ...{ name: 'Programs', seeds: 1, bounds: false, stream: { tasks: 2 } },
      ...{ training: { iterations: 2, batchSize: 4, samplesPerTask: 20 }, ...more },
      methods: [{ program: ['python3', 'train.py'], ...entry }],
    }),
  );

/** The protocol of events in a few lines, and what a test adds. */
const program = (body: string) =>
  write(
    'train.py',
    `import json, os, signal, sys, time
run, token = os.environ["LETHE_RUN"], os.environ["LETHE_TOKEN"]
with open(os.path.join(run, "stream.json")) as file:
    stream = json.load(file)
def say(kind, **fields):
    with open(os.path.join(run, "events.jsonl"), "a") as log:
        log.write(json.dumps({"type": kind, "at": round(time.time() * 1000), **fields}) + "\\n")
def begin():
    tasks = [{"name": t["name"], "classes": t["classes"], "train": 1, "test": 1} for t in stream["tasks"]]
    say("started", schema=1, token=token, backend={"name": "python", "version": "3"}, tasks=tasks, steps=[1, 1])
def learn(task):
    say("task-start", task=task, steps=1)
    say("task-end", task=task, accuracy=[0.5, 0.5], taskAware=[0.5, 0.5], memoryBytes=0)
def end(status="done"):
    say("ended", status=status, token=token)
${body}`,
  );

const whole = 'begin(); learn(0); learn(1); end()\n';

interface Ended {
  readonly code: number;
  readonly text: string;
}

/** Where nothing of this user's is: what was permitted in another test is not in this one. */
const env = () => ({
  ...process.env,
  LETHE_STATE_DIR: at('state'),
  PATH: `${at('slurm')}${path.delimiter}${process.env['PATH']}`,
  ...variables,
});

function lethe(...args: string[]): Promise<Ended> & { readonly child: ChildProcess } {
  let child: ChildProcess | undefined;
  const ended = new Promise<Ended>((resolve) => {
    child = execFile(
      process.execPath,
      [path.join(dist, 'cli.js'), ...args],
      { cwd: folder, env: env() },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, text: stdout + stderr }),
    );
  });
  return Object.assign(ended, { child: child as ChildProcess });
}
const run = (...more: string[]) => lethe('run', 'x.lethe.json', '--no-report', ...more);

const runNames = () => (existsSync(at('.lethe/runs')) ? readdirSync(at('.lethe/runs')) : []).sort();
const inRun = (name: string, file: string) => readFileSync(at('.lethe/runs', name, file), 'utf8');
const waitFor = async (file: () => string) => {
  for (let tries = 0; tries < 300 && !existsSync(file()); tries++) await delay(100);
};

describe('a program of an experiment', () => {
  it('is shown, run with each seed beside its file, and not run again', async () => {
    program(`${whole}print(sys.argv[1:])\n`);
    experiment({ program: ['python3', 'train.py', '$HOME; touch x'], label: 'Mine' }, { seeds: 2 });
    const first = await run();
    expect(first.text).toContain('Mine is a program, started here: python3 train.py "$HOME; touch x"');
    expect(first.text).toContain('2 runs (2 to run)');
    expect(first.text).toMatch(/Mine +50\.0/);
    expect(first.code).toBe(0);
    const [one = '', two = ''] = runNames();
    expect(inRun(one, 'output.log')).toContain("['$HOME; touch x']");
    const [a, b] = [one, two].map((name) => JSON.parse(inRun(name, 'stream.json')) as { seed: number });
    expect([a?.seed, b?.seed].sort()).toEqual([1, 2]);
    expect((await run()).text).toContain('2 there already');
    expect(runNames()).toHaveLength(2);
    // Another text of the script is another program.
    writeFileSync(at('train.py'), `${readFileSync(at('train.py'), 'utf8')}\n# changed`);
    expect((await run('--seeds', '1')).text).toContain('1 run (1 to run)');
    expect(runNames()).toHaveLength(3);
  });

  describe('that imports the client', () => {
    const REPORTS = `import lethe
print("from", lethe.__file__)
with lethe.run() as run:
    for task in run.remaining():
        run.task(task, steps=1)
        run.step(0.5)
        run.evaluate(lambda t: ([run.tasks[t].classes[0]], [run.tasks[t].classes[0]]))
`;
    /** A Python in which nothing is installed. @returns its site-packages */
    const bare = () => {
      execFileSync('python3', ['-m', 'venv', '--without-pip', at('venv')]);
      const told = 'import sysconfig; print(sysconfig.get_path("purelib"))';
      return execFileSync(at('venv/bin/python'), ['-c', told], { encoding: 'utf8' }).trim();
    };
    const runIt = async () => {
      write('train.py', REPORTS);
      experiment({ program: ['./venv/bin/python', 'train.py'], label: 'Mine' });
      const { code, text } = await run();
      const from = /from (.*)/.exec(inRun(runNames()[0] ?? '', 'output.log'))?.[1];
      return { code, text, from: from && realpathSync(from) };
    };
    const ofClient = (place: string) => realpathSync(path.join(place, 'lethe', '__init__.py'));

    it('finds the one that ships where none is installed', async () => {
      bare();
      const { code, text, from } = await runIt();
      expect(text).toMatch(/Mine +100\.0/);
      expect([code, from]).toEqual([0, ofClient(path.join(client, 'src'))]);
    });

    it('has the one that is installed where there is one', async () => {
      const installed = bare();
      cpSync(path.join(client, 'src', 'lethe'), path.join(installed, 'lethe'), { recursive: true });
      expect(await runIt()).toMatchObject({ code: 0, from: ofClient(installed) });
    });

    it('has that of its own PYTHONPATH where there is one', async () => {
      bare();
      mkdirSync(at('own'));
      cpSync(path.join(client, 'src', 'lethe'), at('own', 'lethe'), { recursive: true });
      variables = { PYTHONPATH: at('own') };
      expect(await runIt()).toMatchObject({ code: 0, from: ofClient(at('own')) });
    });
  });

  it('that ends without saying so has crashed, with its last lines', async () => {
    program('begin(); print("about to fail"); raise ValueError("no such luck")\n');
    experiment({ label: 'Mine' });
    const { code, text } = await run();
    expect(code).toBe(1);
    expect(text).toContain('Mine, seed 1 crashed');
    expect(text).toContain('no such luck');
    expect(text).toContain('The program ended with exit code 1');
  });

  it('that is killed has crashed', async () => {
    program('begin(); os.kill(os.getpid(), signal.SIGKILL)\n');
    experiment({});
    const { text } = await run();
    expect(text).toContain('crashed');
    expect(text).toContain('The program ended by SIGKILL');
  });

  it('that cannot be started has failed, and says why', async () => {
    experiment({ program: ['no-such-program-here'] });
    const { code, text } = await run();
    expect(code).toBe(1);
    expect(text).toContain('failed: There is no program "no-such-program-here"');
  });

  it('that follows no stop is ended, and counts as stopped', async () => {
    program('begin(); signal.signal(signal.SIGTERM, signal.SIG_IGN); open("ready", "w").close(); time.sleep(60)\n');
    experiment({});
    const running = run();
    await waitFor(() => at('ready'));
    const [name = ''] = runNames();
    writeFileSync(at('.lethe/queue.json'), JSON.stringify({ parallel: 1, stopTimeout: 500 }));
    writeFileSync(at('.lethe/runs', name, 'stop'), '');
    const { code, text } = await running;
    expect(code).toBe(3);
    expect(text).toContain('Stopped.');
  });

  it('that is stopped without a word counts as stopped too, by the signal alone', async () => {
    program('begin(); open("ready", "w").close(); time.sleep(60)\n');
    experiment({});
    const running = run();
    await waitFor(() => at('ready'));
    const [name = ''] = runNames();
    expect((await lethe('stop', name)).text).toContain(`${name}: stopped`);
    expect((await running).code).toBe(3);
  });

  it('goes on when it is resumed, and is told so', async () => {
    program(
      'begin(); learn(0)\nif os.environ.get("LETHE_RESUME"): raise SystemExit("resumed without a checkpoint")\nif os.path.exists("again"): learn(1); end()\nelse: end("stopped")\n',
    );
    experiment({});
    expect((await run()).code).toBe(3);
    const [name = ''] = runNames();
    write('again', '');
    expect((await lethe('resume', name)).text).toContain('queued to go on');
    for (let tries = 0; tries < 100 && !inRun(name, 'events.jsonl').includes('"done"'); tries++) await delay(100);
    expect((await lethe('list')).text).toMatch(/✓|done/);
  });

  it('with the Python client goes on in the middle of a task from its checkpoint', async () => {
    const client = path.join(__dirname, '..', '..', 'clients', 'python', 'src');
    write(
      'train.py',
      `import sys, time
sys.path.insert(0, ${JSON.stringify(client)})
import lethe
from pathlib import Path
with lethe.run() as run:
    batches = {task: list(run.batches(task)) for task in (0, 1)}
    seen = Path(run.resumed.path).read_text() if run.resumed else ""
    for task in run.remaining():
        for step in range(run.task(task), run.tasks[task].steps):
            seen += f"{task}.{step} {batches[task][step]}\\n"
            run.step(1.0)
            run.checkpoint(lambda path: Path(path).write_text(seen))
            if not run.resumed and task == 1:
                Path("ready").touch()
                time.sleep(0.3)
        run.result([0.5, 0.5])
    Path("seen").write_text(seen + str([run.seed, dict(run.settings), len(run.tasks[0].train)]))
`,
    );
    experiment(
      { settings: { lr: 0.1 }, batches: true },
      { training: { iterations: 40, batchSize: 2, samplesPerTask: 20 }, seeds: [4] },
    );
    const running = run();
    await waitFor(() => at('ready'));
    const [name = ''] = runNames();
    expect((await lethe('stop', name)).text).toContain(`${name}: stopped`);
    expect((await running).code).toBe(3);
    expect(inRun(name, 'events.jsonl')).toContain('"status":"stopped"');
    expect((await run()).text).toContain('1 to resume');
    expect(inRun(name, 'events.jsonl')).toContain('"resumed"');
    const seen = readFileSync(at('seen'), 'utf8').split('\n');
    // Each step once, whichever process took it.
    expect(seen.slice(0, -1).map((line) => line.split(' ')[0])).toEqual(
      [0, 1].flatMap((task) => Array.from({ length: 40 }, (_, step) => `${task}.${step}`)),
    );
    expect(seen.at(-1)).toBe("[4, {'lr': 0.1}, 20]");
  });

  it('is given a device one at a time', async () => {
    program(
      'begin(); learn(0); learn(1)\nmark = "busy"\nif os.path.exists(mark): print("NOT ALONE")\nopen(mark, "w").close(); time.sleep(0.7); os.remove(mark); end()\n',
    );
    experiment({ device: 'gpu' }, { seeds: 3 });
    expect((await run('--parallel', '3')).code).toBe(0);
    for (const name of runNames()) expect(inRun(name, 'output.log')).not.toContain('NOT ALONE');
  });
});

describe('a device on a cluster', () => {
  beforeEach(() => writeMadeUpSlurm(at('slurm')));
  const onCluster = (...more: string[]) => run('--on', 'slurm', '--detach', ...more);
  const asked = () => (existsSync(at('slurm/sbatch.txt')) ? readFileSync(at('slurm/sbatch.txt'), 'utf8') : '');
  const areDone = async (count: number) => {
    const done = () =>
      runNames().filter(
        (name) => existsSync(at('.lethe/runs', name, 'events.jsonl')) && inRun(name, 'events.jsonl').includes('"done"'),
      );
    await expect.poll(() => done().length, { timeout: 40_000, interval: 200 }).toBe(count);
    // The worker ends after its runs, and writes until then.
    await expect.poll(() => readFileSync(at('slurm/worker.txt'), 'utf8'), { timeout: 40_000 }).toMatch(/ done$/m);
  };

  it('that no worker has is refused, and nothing is submitted or queued', async () => {
    program(whole);
    experiment({ device: 'gpu', label: 'Mine' });
    for (const more of [[], ['--device', 'tpu=1']]) {
      const { code, text } = await onCluster(...more);
      expect(code).toBe(2);
      expect(text).toContain('Mine needs the device gpu, and workers have none: add --device gpu=1');
    }
    expect(asked()).toBe('');
    expect(runNames()).toEqual([]);
    expect(existsSync(at('.lethe/batches'))).toBe(false);
  });

  it('is given to one run of a worker at a time, and runs that need none go on beside it', async () => {
    // The first to have the device waits for all that need none: the last of them has to overtake the second.
    program(`begin(); learn(0); learn(1)
if "free" in sys.argv:
    open(f"free-{stream['seed']}", "w").close()
else:
    if os.path.exists("busy"): print("NOT ALONE")
    open("busy", "w").close()
    for _ in range(200):
        if os.path.exists("free-1") and os.path.exists("free-2"): break
        time.sleep(0.1)
    else: print("NOT BESIDE")
    time.sleep(0.5)
    os.remove("busy")
end()
`);
    experiment({ device: 'gpu' }, { seeds: 2, methods: [] });
    const text = JSON.parse(readFileSync(at('x.lethe.json'), 'utf8')) as { methods: object[] };
    text.methods.push({ program: ['python3', 'train.py', 'free'] });
    write('x.lethe.json', JSON.stringify(text));
    expect((await onCluster('--parallel', '4', '--device', 'gpu=1')).code).toBe(0);
    await areDone(4);
    for (const name of runNames()) expect(inRun(name, 'output.log')).not.toContain('NOT');
    const { text: said } = await lethe('batch');
    expect(said).toMatch(/^batch-\S+ {2}Programs: 4 runs on made-up \(4 done\)$/m);
    // One worker has places for all four, and a device for one of the two that need one.
    expect(asked()).toContain('--array=0-1 ');
  });

  it('that a worker does not have after all is left to others', async () => {
    program(whole);
    experiment({ device: 'gpu' });
    write('slurm/busy', '');
    expect((await onCluster('--device', 'gpu=1')).code).toBe(0);
    const [batch = ''] = readdirSync(at('.lethe/batches'));
    const file = at('.lethe/batches', batch, 'batch.json');
    const said = readFileSync(file, 'utf8');
    const work = () =>
      execFileSync('sh', [at('slurm/script.sh')], { env: { ...env(), SLURM_ARRAY_JOB_ID: '7' }, encoding: 'utf8' });
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(said) as object), devices: {} }));
    expect(work()).toContain(' done');
    const [name = ''] = runNames();
    expect(existsSync(at('.lethe/runs', name, 'queued'))).toBe(true);
    writeFileSync(file, said);
    expect(work()).toContain(' done');
    expect(inRun(name, 'events.jsonl')).toContain('"done"');
  });

  it('of another cluster is asked for there', async () => {
    program(whole);
    experiment({ device: 'gpu' });
    for (const name of ['busy', 'other']) write(`slurm/${name}`, '');
    expect((await onCluster('--device', 'gpu=1', '--sbatch=--clusters=other')).text).toContain('for job 7 of Slurm');
    const { text } = await lethe('batch');
    expect(text).toMatch(/ 1 run on other \(1 queued\)/);
    expect(text).toContain('from here another is asked');
    expect((await lethe('batch', '--json')).text).toContain('"cluster":"other"');
    // Nobody is known to be gone, so nothing is given to others.
    expect((await onCluster('--device', 'gpu=1')).text).toContain('1 there already');
    expect(asked().trim().split('\n')).toHaveLength(1);
  });
});

describe('what a run folder says', () => {
  /** A finished run whose folder was tampered with: another command stands in its run.json. */
  async function hostile(): Promise<string> {
    program('begin(); end("stopped")\n');
    experiment({});
    await run();
    const [name = ''] = runNames();
    const manifest = JSON.parse(inRun(name, 'run.json')) as object;
    const command = ['sh', '-c', `touch ${at('pwned')}`];
    writeFileSync(at('.lethe/runs', name, 'run.json'), JSON.stringify({ ...manifest, command }));
    return name;
  }

  it('is never started: resume, fork and verify refuse it', async () => {
    const name = await hostile();
    const resumed = await lethe('resume', name);
    expect(resumed.code).toBe(2);
    expect(resumed.text).toContain('does not name the program of this run');
    expect((await lethe('verify', name)).code).toBe(2);
    expect((await lethe('fork', name, '--after-task', '1')).code).toBe(2);
    expect(existsSync(at('pwned'))).toBe(false);
  });

  it('is not started by the keeper either, where it came queued', async () => {
    const name = await hostile();
    writeFileSync(at('.lethe/runs', name, 'queued'), JSON.stringify({ at: 1 }));
    program(whole);
    // Another run wakes the keeper.
    await run();
    for (let tries = 0; tries < 100 && !inRun(name, 'events.jsonl').includes('failed'); tries++) await delay(100);
    expect(inRun(name, 'events.jsonl')).toContain('does not name the program of this run');
    expect(existsSync(at('pwned'))).toBe(false);
  });

  it('does not start a program that this user was never shown, though a file names it', async () => {
    program('begin(); end("stopped")\n');
    experiment({});
    await run();
    rmSync(at('state'), { recursive: true });
    const [name = ''] = runNames();
    const { code, text } = await lethe('resume', name);
    expect(code).toBe(2);
    expect(text).toContain('You have not started this program here yet: python3 train.py');
  });
});
