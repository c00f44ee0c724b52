import * as path from 'node:path';
import * as vscode from 'vscode';
import { doubtsOf } from '../core/doubts';
import type { RunEvent } from '../core/events';
import { formatDuration, formatPercent } from '../core/format';
import { entriesOf } from '../core/measured';
import { faultText } from '../core/logCheck';
import { isFinished, type Run } from '../core/run';
import { mean } from '../core/mean';
import { visibleText } from '../core/visibleText';
import { checkedLog } from '../runs/checkedLog';
import { runFiles } from '../runs/layout';
import { openRegularFile } from '../runs/regularFile';
import { Owner } from '../workspace/disposable';
import { doubtWords } from '../workspace/doubtWords';
import { backendWords, withPaletteCommands } from '../workspace/engineWords';
import { runFolderOf, type RunsModel } from '../workspace/runsModel';
import { t } from '../workspace/text';

const POLL_INTERVAL = 500;
/** More accuracies than this are said as their mean. */
const MOST_VALUES = 20;
/** Of an output file larger than this only the end is shown. */
const MOST_BYTES = 512 * 1024;

/** Output channels of runs: made when first asked for, following the run until its end. */
export class RunLogs extends Owner {
  private readonly logs = new Map<string, RunLog>();

  constructor(private readonly runs: RunsModel) {
    super();
    this.own(
      runs.onDidChange(({ folder, changes }) => {
        for (const change of changes) {
          const key = runFolderOf(folder, change.id);
          if (change.run) this.logs.get(key)?.tell(change.events);
          else this.close(key);
        }
      }),
    );
  }

  /** Shows what a run has written so far and what it writes from now on. Throws when the run is unknown. */
  async show(folder: string, id: string): Promise<void> {
    const key = runFolderOf(folder, id);
    const store = await this.runs.store(folder);
    let log = this.logs.get(key);
    if (!log) {
      const run = this.runs.run(folder, id);
      if (!run || !store) throw new Error(t('There is no run {0}.', id));
      const { label } = run.manifest.variant;
      log = new RunLog(t('Lethe: {0}, seed {1}', label, run.manifest.seed), path.join(key, 'output.log'), () =>
        isFinished(this.runs.run(folder, id)?.status ?? 'done'),
      );
      this.logs.set(key, log);
      log.tell((await store.eventsOf(id)).events);
      log.remark([...doubtsOf(run).map(doubtWords), ...(await faultsOf(key, run))]);
    }
    await log.show();
  }

  override dispose(): void {
    for (const key of [...this.logs.keys()]) this.close(key);
    super.dispose();
  }

  private close(key: string): void {
    this.logs.get(key)?.dispose();
    this.logs.delete(key);
  }
}

/** Each wrong event of a log, with a place that leads to its line; nothing where all could be read. */
async function faultsOf(folder: string, { status, state }: Run): Promise<string[]> {
  if (state.malformed === 0 && state.unknownTypes.length === 0 && state.unknownFields.length === 0) return [];
  const { faults } = await checkedLog(folder, isFinished(status));
  return faults.map((fault) => visibleText(faultText(path.join(folder, runFiles.events), fault)));
}

class RunLog extends Owner {
  private readonly channel: vscode.OutputChannel;
  private offset = 0;
  private isComplete = false;
  private reading: Promise<void> | undefined;

  constructor(
    name: string,
    private readonly file: string,
    private readonly isOver: () => boolean,
  ) {
    super();
    this.channel = this.own(vscode.window.createOutputChannel(name, 'log'));
    const timer = setInterval(() => void this.follow(), POLL_INTERVAL);
    this.own({ dispose: () => clearInterval(timer) });
  }

  async show(): Promise<void> {
    await this.read();
    this.channel.show(true);
  }

  /** Writes the events worth a line. */
  tell(events: readonly RunEvent[]): void {
    this.isComplete = false;
    for (const event of events) {
      const line = eventLine(event);
      if (line !== undefined)
        this.channel.appendLine(`${new Date(event.at).toLocaleTimeString()} ${visibleText(line)}`);
    }
  }

  /** Writes what there is to say about the log itself. */
  remark(remarks: readonly string[]): void {
    for (const remark of remarks) this.channel.appendLine(remark);
  }

  /** Reads on while the run lives, and once more after its end. */
  private async follow(): Promise<void> {
    if (this.isComplete) return;
    const over = this.isOver();
    await this.read();
    this.isComplete = over;
  }

  private read(): Promise<void> {
    this.reading ??= this.readNew().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  private async readNew(): Promise<void> {
    const text = await readFrom(this.file, this.offset);
    if (text === undefined || this.disposed) return;
    this.offset = text.end;
    this.channel.append(text.text);
  }
}

/** Text from a byte offset to the end of a file; undefined when there is nothing new or no file yet. */
async function readFrom(file: string, offset: number): Promise<{ text: string; end: number } | undefined> {
  const found = await openRegularFile(file, { follow: false }).catch(() => undefined);
  if (!found) return undefined;
  const { opened, stats } = found;
  try {
    const { size } = stats;
    const start = Math.max(size < offset ? 0 : offset, size - MOST_BYTES);
    if (size <= start) return undefined;
    const buffer = Buffer.alloc(size - start);
    const bytesRead = await opened.read(buffer, 0, buffer.length, start);
    return { text: buffer.toString('utf8', 0, bytesRead), end: start + bytesRead };
  } finally {
    await opened.close();
  }
}

/** The line an event is worth in a log for people; undefined for the many that are not. */
export function eventLine(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'started':
      return t('started on {0}', backendWords(event.backend));
    case 'resumed':
      return event.backend === undefined
        ? t('resumed at task {0}, step {1}', event.task + 1, event.step)
        : t('resumed at task {0}, step {1}, on {2}', event.task + 1, event.step, backendWords(event.backend));
    case 'task-end': {
      const kind = event.accuracy.some((value) => value !== null) ? 'accuracy' : 'taskAware';
      const seen = entriesOf(event, kind).filter(([task]) => task <= event.task);
      const values = seen.map(([, value]) => value ?? NaN);
      if (event.tasks || values.length > MOST_VALUES)
        return t(
          'task {0} learned; mean accuracy on {1} of the tasks so far: {2}',
          event.task + 1,
          values.length,
          formatPercent(mean(values)),
        );
      const said = values.map((value) => formatPercent(value));
      return t('task {0} learned; accuracy on the tasks so far: {1}', event.task + 1, said.join(', '));
    }
    case 'warning':
      return t('warning: {0}', event.message);
    case 'ended': {
      const time = event.seconds === undefined ? '' : ` (${formatDuration(event.seconds)})`;
      return `${event.status}${time}${event.error ? `: ${withPaletteCommands(event.error)}` : ''}`;
    }
    default:
      return undefined;
  }
}
