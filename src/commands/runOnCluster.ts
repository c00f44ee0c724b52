import * as vscode from 'vscode';
import { oneLine } from '../core/visibleText';
import { DeviceMissing, planBatch, startWorkers, type BatchRequest } from '../runs/batches/batches';
import { secondsOf, USUAL_TIME, USUAL_WORKERS } from '../runs/batches/terms';
import { ExecutorError } from '../runs/executors/executor';
import { slurm } from '../runs/executors/slurm';
import { planRuns, storeFolder } from '../runs/index';
import { t } from '../workspace/text';
import type { App } from './app';
import { chooseExperiment } from './choosing';
import { clusterBatches } from './clusterBatches';
import { openSetting, Refusal } from './refusal';
import { mayStart, offerAgain, readyToStart } from './starting';

/** What the user said last, to begin with the next time. */
const terms = { workers: String(USUAL_WORKERS), time: USUAL_TIME, options: '' };

const MOST_WORKERS = 100_000;

/** Gives what is missing of an experiment to workers on a cluster: asks how many and for how long, then submits. */
export async function runOnCluster(app: App, argument: unknown): Promise<void> {
  const chosen = await chooseExperiment(app, argument);
  if (!chosen) return;
  const { uri } = chosen;
  const { experiment: named } = await readyToStart(app, uri);
  const missing = await withProgress(t('Lethe: asking the cluster'), () => slurm.check());
  if (missing !== undefined) throw new Refusal(missing);
  const asked = await askTerms(named.name);
  if (!asked) return;
  // The file may have been edited meanwhile.
  const ready = await readyToStart(app, uri);
  if (!(await mayStart(app, ready, asked.workers))) return;
  const { experiment, store, wanted } = ready;
  const request: BatchRequest = {
    experiment: experiment.name,
    parallel: 1,
    threads: app.config.threads ?? 1,
    devices: app.config.devices,
    ...asked,
  };
  const { plan, batch } = await withProgress(t('Lethe: starting runs'), () =>
    planBatch(store, (existing) => planRuns(experiment, existing, wanted), request, slurm),
  ).catch((error: unknown) => {
    throw error instanceof DeviceMissing ? refusalOf(error) : error;
  });
  if (!batch) return offerAgain(app, uri, plan);
  const program = {
    node: app.config.nodePath ?? process.execPath,
    dist: app.programs.dist,
    store: storeFolder(store.folder),
  };
  const job = await withProgress(t('Lethe: starting workers'), () =>
    startWorkers(batch, request, slurm, program),
  ).catch((error: unknown) => {
    if (!(error instanceof ExecutorError)) throw error;
    const again = { title: t('Try Again'), action: () => runOnCluster(app, uri) };
    const batches = { title: t('Batches on a Cluster'), action: () => clusterBatches(app) };
    throw new Refusal(t('{0}. The runs wait in {1}.', error.message.replace(/\.$/, ''), batch.id), again, batches);
  });
  if (app.config.openDashboardOnRun) await app.dashboards.open(uri);
  // Not awaited: the command is over, whether or not anyone answers the message.
  void sayGiven(app, batch.runs.length, job);
}

function refusalOf({ method, device }: DeviceMissing): Refusal {
  const message = t(
    '{0} needs the device {1}, and workers have none: add it to the setting lethe.devices, as {2}, and say the option by which the cluster gives it, as --gres=gpu:1.',
    ...[oneLine(method), device, `{ "${device}": 1 }`],
  );
  return new Refusal(message, openSetting('lethe.devices'));
}

async function sayGiven(app: App, runs: number, job: string): Promise<void> {
  const batches = t('Batches on a Cluster');
  const given = runs === 1 ? t('1 run for job {0} of Slurm.', job) : t('{0} runs for job {1} of Slurm.', runs, job);
  const said = await vscode.window.showInformationMessage(given, batches);
  if (said === batches) await clusterBatches(app);
}

async function askTerms(
  experiment: string,
): Promise<Pick<BatchRequest, 'workers' | 'seconds' | 'options'> | undefined> {
  const ask = (step: number, prompt: string, value: string, fault: (text: string) => string | undefined) =>
    vscode.window.showInputBox({
      title: t('{0} on a cluster ({1} of 3)', experiment, step),
      ...{ prompt, value, validateInput: fault, ignoreFocusOut: true },
    });
  const workers = await ask(1, t('Most workers at a time'), terms.workers, faultInWorkers);
  if (workers === undefined) return undefined;
  terms.workers = workers.trim();
  const time = await ask(2, t('For how long a worker is given a machine'), terms.time, faultInTime);
  if (time === undefined) return undefined;
  terms.time = time.trim();
  const prompt = t('Options of sbatch, as --partition=long; none when left empty');
  const options = await ask(3, prompt, terms.options, faultInOptions);
  if (options === undefined) return undefined;
  terms.options = options.trim();
  return {
    workers: Number(terms.workers),
    seconds: secondsOf(terms.time) ?? NaN,
    options: wordsIn(terms.options),
  };
}

function faultInWorkers(text: string): string | undefined {
  const workers = Number(text.trim() || NaN);
  const isCount = Number.isInteger(workers) && workers >= 1 && workers <= MOST_WORKERS;
  return isCount ? undefined : t('A whole number from 1 to {0}', MOST_WORKERS);
}

const faultInTime = (text: string): string | undefined =>
  secondsOf(text) === undefined ? t('Minutes, hours or days, as 90m, 4h or 2d') : undefined;

const wordsIn = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/** `sbatch` would take a word that is no option for the script to run. */
const faultInOptions = (text: string): string | undefined =>
  wordsIn(text).every((option) => option.startsWith('-'))
    ? undefined
    : t('Each option with its value in one word, as --partition=long');

const withProgress = async <T>(title: string, work: () => Promise<T>): Promise<T> =>
  vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, work);
