import { curveColumns, type MeasuredRun } from '../core/curveColumns';
import type { EventOf } from '../core/events';
import type { PageRequest } from '../core/fromWebview';
import type { Reply } from '../core/messages';
import type { Run } from '../core/run';
import type { DataPlaces } from '../data/readImages';
import { picturesOf } from './pictures';
import { Refused, refuseFault } from './requestDesk';
import type { RunReader } from './source';

/** What requests are answered from. */
export interface AnswerSources {
  readonly reader: Pick<RunReader, 'columnsOf' | 'eventsOf'>;
  /** A run that the dashboard shows, as it stands; undefined for any other. */
  readonly shown: (id: string) => Run | undefined;
  readonly places: DataPlaces;
}

/** Answers one request of the page, about runs that it shows. @throws Refused */
export async function answerTo(request: PageRequest, sources: AnswerSources, signal: AbortSignal): Promise<Reply> {
  switch (request.kind) {
    case 'curve':
      return curveColumns(await measuredRuns(request.runs, sources, signal), request);
    case 'mechanisms':
      return eventsOf('mechanism', request, sources);
    case 'confusions':
      return eventsOf('confusion', request, sources);
    case 'forgotten':
      return eventsOf('forgotten', request, sources);
    case 'images':
      return picturesOf(runOf(request.run, sources).manifest, request, sources.places);
  }
}

function runOf(id: string, { shown }: AnswerSources): Run {
  const run = shown(id);
  if (!run) throw new Refused('unknown run');
  return run;
}

async function measuredRuns(
  ids: readonly string[],
  sources: AnswerSources,
  signal: AbortSignal,
): Promise<MeasuredRun[]> {
  const measured: MeasuredRun[] = [];
  for (const id of new Set(ids)) {
    signal.throwIfAborted();
    const { state } = runOf(id, sources);
    measured.push({ state, columns: await sources.reader.columnsOf(id).catch(refuseFault) });
  }
  return measured;
}

type Told = EventOf<'mechanism' | 'confusion' | 'forgotten'>;

/** Those that count: a run that went on from a checkpoint has logged some twice. */
async function eventsOf(
  type: Told['type'],
  { run, task }: { readonly run: string; readonly task?: number | undefined },
  sources: AnswerSources,
): Promise<Reply> {
  runOf(run, sources);
  const { events } = await sources.reader.eventsOf(run).catch(refuseFault);
  let found: Told[] = [];
  for (const event of events) {
    if (event.type === 'started') found = [];
    else if (event.type === 'resumed') found = found.filter((other) => other.task < event.task);
    else if (event.type === type) found.push(event);
  }
  const asked = task === undefined ? found : found.filter((event) => event.task === task);
  // They are all of one type.
  return asked as Reply;
}
