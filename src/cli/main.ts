import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { version } from '../../package.json';
import { backendChoices } from '../core/backends';
import type { ImageShape } from '../core/recipe';
import { installCommand, removeCommand, statusCommand, type InstallCommandOptions } from './engineCommands';
import type { AddCommandOptions, DownloadCommandOptions } from './dataCommands';
import { analyseCommand, analysisNames, type AnalyseOptions } from './analyseCommand';
import { checkRunCommand } from './checkRunCommand';
import { exitCodes } from './exitCodes';
import { sayFault } from './faults';
import { forkCommand, type ForkOptions } from './forkCommand';
import { initCommand } from './initCommand';
import { startKinds, type StartKind } from '../core/own/ownFiles';
import { ownCheckCommand } from './ownCheckCommand';
import type { LockOptions } from './locking/subject';
import type { PackOptions } from './packCommands';
import { landscapeCommand, pathCommand } from './severalCommands';
import { runCommand, type RunOptions } from './runCommand';
import { clientFolder } from '../runs/program/clientFolder';
import {
  checkCommand,
  compareCommand,
  listCommand,
  reportCommand,
  resumeCommand,
  stopCommand,
  tableFormats,
  type CompareOptions,
  type ReportOptions,
  type StoreOptions,
} from './storeCommands';
import { showCommand, type ShowOptions } from './showCommand';
import { endQuietlyWithoutReader, terminal } from './terminal';
import { verifyCommand } from './verifyCommand';

/** Folder of this bundle: train.js and keeper.js stand beside it. */
const dist = __dirname;

/** Of analyses. */
const oneAtATime =
  '\nOne at a time runs in a workspace folder: others wait. Ctrl-C stops it, and of what is not over nothing is kept.';
/** An analysis, with how it is done. @param whose choice of a backend it follows */
const analysing = (command: Command, whose: string): Command =>
  command
    .addOption(new Option('--backend <name>', `engine; default: ${whose} own choice`).choices([...backendChoices]))
    .option('--fresh', 'measure again what is known')
    .addOption(workspaceOption())
    .addOption(jsonOption('the result as one JSON object'))
    .addHelpText('after', oneAtATime);
const checkpointText =
  'RUN or RUN@TASK: id of the run, or how it begins or ends, and after which task; default: the last one';

const about = `
Runs are kept in the .lethe folder of the workspace folder: the nearest folder, from the experiment file upwards (or
from here, where a command names no file), that has a .lethe or a .git in it; else the file's own. --out names another.
The editor and the command line share runs and queue. A run goes on when the terminal closes; "lethe stop" ends it.

Exit codes: 0 all done or equal, 1 a run failed or differs, 2 bad input, 3 stopped.`;

const atLeastOne = (text: string): number => {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
};

const share = (text: string): number => {
  if (!/^(0(\.\d+)?|1(\.0+)?)$/.test(text)) throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return Number(text);
};

const imageShape = (text: string): ImageShape => {
  const [height, width, channels = 1, ...more] = text.split(/[x×]/).map(Number);
  const isSize = (size: number | undefined): size is number => Number.isSafeInteger(size) && Number(size) > 0;
  if (more.length > 0 || !isSize(height) || !isSize(width) || !isSize(channels))
    throw new InvalidArgumentError('It must be height x width x channels, as in 28x28x1.');
  return [height, width, channels];
};

const experimentFile = () => new Argument('<file>', 'experiment file (*.lethe.json)');
const isOwnFile = (file: string) => /\.m?[jt]s$/.test(file);
const fileOrName = () => new Argument('[file]', 'experiment file (*.lethe.json)');
const nameOption = () =>
  new Option(
    '--experiment <name>',
    'in place of a file: the name that run.json has for the experiment, of any program',
  );
const backendOption = () =>
  new Option('--backend <name>', 'whose runs count before those of others (default: auto, that of most runs)')
    .choices([...backendChoices])
    .default('auto', 'auto');
const languageOption = () => new Option('--language <name>', 'in which language: en, zh-cn (default: en)');
const workspaceOption = (flags = '--out <folder>') => new Option(flags, 'workspace folder whose runs are meant');
const jsonOption = (what: string) => new Option('--json', what);

/** Turns a command's result into the exit code, and what went wrong into a message. */
const act =
  <A extends unknown[]>(command: (...args: A) => Promise<number>) =>
  async (...args: A): Promise<void> => {
    try {
      process.exitCode = await command(...args);
    } catch (error) {
      process.exitCode = sayFault(error, terminal);
      // Whatever the command was still waiting for must not keep it: there is nobody to say more.
      setTimeout(() => process.exit(), 1000).unref();
    }
  };

function program(): Command {
  const lethe = new Command('lethe')
    .description('Runs continual-learning experiments and compares how much each method forgets.')
    .version(version)
    .configureOutput({
      writeOut: (text) => terminal.outLines(text.trimEnd()),
      writeErr: (text) => terminal.noteLines(text.trimEnd()),
      outputError: (text) => terminal.note(text.trimEnd()),
    })
    .addHelpText('after', about)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.done : exitCodes.badInput));

  lethe
    .command('run')
    .description('run what is missing of an experiment, show how it goes, compare')
    .addArgument(experimentFile())
    .option('--method <keys...>', 'only these variants; "lethe check" lists their keys')
    .option('--seeds <seeds>', "a number of seeds (3: seeds 1 to 3) or a list (1,2 or 7,) instead of the file's")
    .addOption(workspaceOption())
    .addOption(new Option('--backend <name>', 'engine').choices([...backendChoices]).default('auto'))
    .option('--parallel <n>', 'most runs at a time (default: one for each core, fewer with --threads)', atLeastOne)
    .option(
      '--threads <n>',
      'threads of each run on native TensorFlow (default: 1, and for large steps cores that no run waits for)',
      atLeastOne,
    )
    .option(
      '--device <name=n...>',
      'how many programs that need a device run at a time, as gpu=2 (default: one); on a cluster: of each worker (default: none)',
    )
    .addOption(
      new Option('--on <cluster>', 'train on a cluster: its workers drain the runs, and see the same folders').choices([
        'slurm',
      ]),
    )
    .option('--workers <n>', 'on a cluster: most workers at a time (default: 16)', atLeastOne)
    .option('--time <time>', 'on a cluster: for how long a worker is given a machine, as 90m, 4h, 2d (default: 4h)')
    .option('--memory <size>', "on a cluster: memory of a worker, as 800M, 4G (default: the cluster's own)")
    .addOption(
      new Option(
        '--sbatch <option>',
        'on Slurm: an option of its own, as --sbatch=--partition=long; may be given several times',
      ).argParser((option: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), option]),
    )
    .option('--detach', 'on a cluster: do not wait for the runs')
    .option('--fresh', 'run everything again, also what is done')
    .option('--yes', 'do not ask, also before more than 200 runs')
    .addOption(jsonOption('one JSON object per line instead of text'))
    .option('--report <file>', 'where the HTML report goes (default: .lethe/reports/<name>.html)')
    .option('--no-report', 'write no report')
    .addHelpText(
      'after',
      '\nCtrl-C stops the runs and keeps what is finished; the same command goes on from there. With --on it leaves them.',
    )
    .action(act((file: string, options: RunOptions) => runCommand(file, options, terminal, dist)));

  lethe
    .command('check')
    .description('say what is wrong with an experiment file, or what it would run; or try a file of your own')
    .argument('<file>', 'experiment file (*.lethe.json), or the file of a method, network or stream (*.ts, *.js)')
    .option('--settings <json>', 'of a file of your own: what differs from its defaults')
    .action(
      act((file: string, options: { settings?: string }) =>
        isOwnFile(file) ? ownCheckCommand(file, options, terminal, dist) : checkCommand(file, terminal, dist),
      ),
    );

  lethe
    .command('check-run')
    .description('say what is wrong with the events of a run, with line and field: for programs that write runs')
    .argument('<run>', 'id of the run, or how it begins or ends')
    .addOption(workspaceOption())
    .addOption(jsonOption('one JSON object per fault'))
    .action(act((run: string, options: StoreOptions) => checkRunCommand(run, options, terminal, dist)));

  lethe
    .command('init')
    .description(
      'write a file of your own to start from, with what it needs (types, a tsconfig.json); never over a file',
    )
    .argument('[folder]', 'where it goes', '.')
    .addOption(new Option('--kind <kind>', 'what it is').choices([...startKinds]).default('method'))
    .option('--name <name>', 'what its file is called; default: my-method, my-network, my-stream or my-program')
    .action(
      act((folder: string, options: { kind: StartKind; name?: string }) =>
        initCommand(folder, options, terminal, dist),
      ),
    );

  lethe
    .command('python')
    .description('print the folder of the Python client: pip install "$(lethe python)"')
    .action(() => terminal.out(clientFolder(dist)));

  analysing(
    lethe
      .command('analyse')
      .description('measure something on the parameters that a finished run kept; what was found stays in its folder')
      .argument('<run>', 'id of the run, or how it begins or ends')
      .argument('<analyses...>', `what is measured, one after the other: ${analysisNames}`)
      .option('--settings <json>', "what differs from the analysis's defaults, as '{\"rho\": 0.1}'"),
    "the run's",
  ).action(
    act((run: string, names: string[], options: AnalyseOptions) => analyseCommand(run, names, options, terminal, dist)),
  );

  analysing(
    lethe
      .command('path')
      .description('measure the loss on the line, and on a curve of low loss, between two checkpoints of any runs')
      .argument('<from>', checkpointText)
      .argument('<to>', checkpointText)
      .option('--settings <json>', `what differs from the defaults, as '{"curve": "polygon"}'`),
    "the first run's",
  ).action(
    act((from: string, to: string, options: AnalyseOptions) => pathCommand([from, to], options, terminal, dist)),
  );

  analysing(
    lethe
      .command('landscape')
      .description('measure loss and accuracy of an old and a new task on a plane through parameters that runs kept')
      .argument('<runs...>', `${checkpointText}; all that it kept are shown`)
      .option('--settings <json>', `what differs from the defaults, as '{"plane": "random"}'`),
    "the first run's",
  ).action(act((names: string[], options: AnalyseOptions) => landscapeCommand(names, options, terminal, dist)));

  lethe
    .command('list')
    .description('list runs')
    .addOption(workspaceOption())
    .addOption(jsonOption('one JSON object per run'))
    .action(act((options: StoreOptions) => listCommand(options, terminal, dist)));

  lethe
    .command('show')
    .description('show runs one by one: accuracy matrix, every measure, where the time went')
    .argument('<runs...>', 'ids of runs, or how they begin or end')
    .option('--settings', 'in place of that, all their settings as JSON')
    .addOption(workspaceOption())
    .addOption(jsonOption('one JSON object per run'))
    .action(act((runs: string[], options: ShowOptions) => showCommand(runs, options, terminal, dist)));

  lethe
    .command('compare')
    .description('print the comparison table of what has been run')
    .addArgument(fileOrName())
    .addOption(nameOption())
    .addOption(backendOption())
    .addOption(workspaceOption())
    .addOption(
      new Option('--format <name>', 'how to say it; csv has one line for each measure of each run').choices([
        ...tableFormats,
      ]),
    )
    .addOption(
      new Option('--columns <names>', 'measures of a table, with commas between them (accuracy,forgetting)').argParser(
        (names: string) => names.split(','),
      ),
    )
    .addOption(languageOption())
    .addOption(jsonOption('the comparison as one JSON object'))
    .action(act((file: string | undefined, options: CompareOptions) => compareCommand(file, options, terminal, dist)));

  lethe
    .command('report')
    .description('write the HTML report of what has been run')
    .addArgument(fileOrName())
    .addOption(nameOption())
    .addOption(backendOption())
    .option('--out <file>', 'where it goes (default: .lethe/reports/<name>.html)')
    .addOption(languageOption())
    .addOption(workspaceOption('--workspace <folder>'))
    .action(act((file: string | undefined, options: ReportOptions) => reportCommand(file, options, terminal, dist)));

  lethe
    .command('verify')
    .description('run a done run again and compare the two logs bit for bit')
    .argument('<run>', 'id of the run, or how it begins or ends')
    .addOption(workspaceOption())
    .action(act((run: string, options: { out?: string }) => verifyCommand(run, options, terminal, dist)));

  lethe
    .command('batch')
    .description('say how the batches stand that were given to a cluster')
    .argument('[batches...]', 'ids of batches, or how they begin or end; default: all')
    .addOption(workspaceOption())
    .addOption(jsonOption('one JSON object per batch'))
    .action(
      act(async (batches: string[], options: StoreOptions) =>
        (await import('./batchCommands')).batchCommand(batches, options, terminal, dist),
      ),
    );

  lethe
    .command('stop')
    .description('stop running and queued runs; they can be resumed')
    .argument('[runs...]', 'ids of runs, or how they begin or end; or of batches, as they begin')
    .option('--all', 'all runs of the store')
    .addOption(workspaceOption())
    .action(
      act((runs: string[], options: { all?: boolean; out?: string }) => stopCommand(runs, options, terminal, dist)),
    );

  lethe
    .command('resume')
    .description('let stopped, crashed, failed or lost runs go on from their last checkpoint')
    .argument('<runs...>', 'ids of runs, or how they begin or end')
    .addOption(workspaceOption())
    .action(act((runs: string[], options: { out?: string }) => resumeCommand(runs, options, terminal, dist)));

  lethe
    .command('fork')
    .description('train runs again with other settings from a task on; up to there they are the runs they come from')
    .argument('<runs...>', 'ids of runs, or how they begin or end')
    .requiredOption('--after-task <n>', 'so many tasks are learned as before', atLeastOne)
    .option(
      '--set <name=value...>',
      'settings from there on: of a method (lambda=1000, ewc.lambda=1000) or of training (training.learningRate=0.01)',
    )
    .option('--parallel <n>', 'most runs at a time (default: one for each core)', atLeastOne)
    .addOption(workspaceOption())
    .addOption(jsonOption('one JSON object per line instead of text'))
    .addHelpText(
      'after',
      '\nWithout --set the settings are listed that can be changed. Network, data, stream and seed cannot. Each fork is a run of its own.',
    )
    .action(act((runs: string[], options: ForkOptions) => forkCommand(runs, options, terminal, dist)));

  lethe
    .command('lock')
    .description('write the numbers of finished runs down beside the experiment file; --check: hold runs against them')
    .addArgument(experimentFile())
    .option('--check', 'train the locked runs again, in a folder of their own, and say which give other numbers')
    .option('--stored', 'with --check: compare the finished runs of the store instead')
    .option('--method <keys...>', 'only these variants; "lethe check" lists their keys')
    .option('--seeds <seeds>', 'only these seeds: a number (3: seeds 1 to 3) or a list (1,2 or 7,)')
    .addOption(
      new Option(
        '--backend <name>',
        'whose runs are locked; with --check the engine (default: that of the lock)',
      ).choices([...backendChoices]),
    )
    .option('--parallel <n>', 'with --check: most runs at a time (default: one for each core)', atLeastOne)
    .option(
      '--tolerance <share>',
      'with --check: how far a measure may be from the lock on another backend or processor (default: 0.015)',
      share,
    )
    .addOption(workspaceOption())
    .action(
      act(async (file: string, options: LockOptions) =>
        (await import('./locking/lockCommand')).lockCommand(file, options, terminal, dist),
      ),
    );

  lethe
    .command('pack')
    .description('write the finished runs of an experiment, its file and its report into one file, to hand on')
    .addArgument(fileOrName())
    .addOption(nameOption())
    .addOption(backendOption())
    .option('--out <file>', 'the file to write (default: <name>.lethe.tar.gz, here)')
    .option('--checkpoints', 'with the parameters, which analyses need')
    .addOption(workspaceOption('--workspace <folder>'))
    .action(
      act(async (file: string | undefined, options: PackOptions) =>
        (await packCommands()).packCommand(file, options, terminal, dist),
      ),
    );

  lethe
    .command('unpack')
    .description('take the runs of such a file into a workspace folder; what is there already is compared, and stays')
    .argument('<file>', 'file that "lethe pack" has written')
    .addOption(workspaceOption())
    .action(
      act(async (file: string, options: { out?: string }) =>
        (await packCommands()).unpackCommand(file, options, terminal),
      ),
    );

  lethe
    .command('merge')
    .description('take the finished runs of another workspace folder into this one; what is there already stays')
    .argument('<folder>', 'the other workspace folder')
    .addOption(workspaceOption())
    .action(
      act(async (folder: string, options: { out?: string }) =>
        (await packCommands()).mergeCommand(folder, options, terminal, dist),
      ),
    );

  const engine = lethe.command('engine').description('install native TensorFlow, which trains faster, or remove it');
  engine
    .command('install')
    .description('download, build and test it; asks first')
    .option('--yes', 'do not ask')
    .addOption(jsonOption('one JSON object per line instead of text; does not ask'))
    .addHelpText('after', '\nCtrl-C cancels and leaves nothing behind.')
    .action(act((options: InstallCommandOptions) => installCommand(options, terminal, dist)));
  engine
    .command('status')
    .description('say whether it is installed, where, how large, and if not why')
    .addOption(jsonOption('one JSON object'))
    .action(act((options: { json?: boolean }) => Promise.resolve(statusCommand(options, terminal))));
  engine
    .command('remove')
    .description('remove it; runs then train on WebAssembly')
    .addOption(jsonOption('one JSON object'))
    .action(act((options: { json?: boolean }) => removeCommand(options, terminal)));

  const data = lethe.command('data').description('list data sets, add your own, download known ones');
  data
    .command('list', { isDefault: true })
    .description('list the data sets that experiments can name')
    .addOption(jsonOption('one JSON object per data set'))
    .action(act(async (options: { json?: boolean }) => (await dataCommands()).listDataCommand(options, terminal)));
  data
    .command('add')
    .description('add a data set from a folder, an archive or files')
    .argument('<name>', 'what experiments call it')
    .argument(
      '<paths...>',
      'a folder (PNG images by class, IDX or .npy files), a CIFAR archive, a .csv or .npz file, or a pair of files',
    )
    .option('--title <title>', 'how tables and reports call it')
    .option('--label <column>', 'CSV: column of the label, by name or by index from 0 (-1: the last)')
    .option('--header', 'CSV: the first line names the columns (told by itself where none of its cells is a number)')
    .option('--no-header', 'CSV: the first line is an example')
    .option('--shape <HxWxC>', 'height, width and channels of an image, as in 28x28x1', imageShape)
    .option('--test <file>', 'file with the test examples')
    .option('--test-share <share>', 'share of each class for test, where there are no test examples', Number)
    .option('--coarse', 'CIFAR-100: the 20 superclasses')
    .option('--replace', 'put it in the place of the one of this name')
    .addOption(jsonOption('one JSON object per line instead of text'))
    .action(
      act(async (name: string, paths: string[], options: AddCommandOptions) =>
        (await dataCommands()).addDataCommand(name, paths, options, terminal),
      ),
    );
  data
    .command('download')
    .description('download a known data set from its original address; asks first')
    .argument('<name>', 'fashion-mnist, cifar-10, cifar-100 or cifar-100-coarse')
    .option('--yes', 'do not ask')
    .option('--from <address>', 'a folder at another address that has the same files (https://)')
    .option('--replace', 'put it in the place of the one that is there')
    .addOption(jsonOption('one JSON object per line instead of text; does not ask'))
    .addHelpText('after', '\nCtrl-C cancels; the same command goes on from there.')
    .action(
      act(async (name: string, options: DownloadCommandOptions) =>
        (await dataCommands()).downloadDataCommand(name, options, terminal),
      ),
    );
  data
    .command('remove')
    .description('remove a data set that was added or downloaded')
    .argument('<name>', 'its name')
    .addOption(jsonOption('one JSON object'))
    .action(
      act(async (name: string, options: { json?: boolean }) =>
        (await dataCommands()).removeDataCommand(name, options, terminal),
      ),
    );

  return lethe;
}

/** With all that reads files of others: loaded only for these commands. */
const dataCommands = () => import('./dataCommands');
const packCommands = () => import('./packCommands');

endQuietlyWithoutReader();
process.on('uncaughtException', (error) => process.exit(sayFault(error, terminal)));
void program().parseAsync();
