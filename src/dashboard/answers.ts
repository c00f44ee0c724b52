import { curveColumns } from '../core/curveColumns';
import type { PageRequest } from '../core/fromWebview';
import type { MeasuredRun } from '../core/layOut';
import type { Reply } from '../core/messages';
import { metricColumns } from '../core/metricColumns';
import type { EventOf } from '../core/events';
import type { Run } from '../core/run';
import type { ToldKind } from '../core/told';
import type { DataPlaces } from '../data/readImages';
import { picturesOf } from './pictures';
import { Refused, refuseFault } from './requestDesk';
import type { RunReader } from './source';

/** What requests are answered from. */
export interface AnswerSources {
  readonly reader: Pick<RunReader, 'columnsOf' | 'told' | 'analysesOf' | 'severalOf'>;
  /** A run that the dashboard shows, as it stands; undefined for any other. */
  readonly shown: (id: string) => Run | undefined;
  readonly places: DataPlaces;
}

/** Answers one request of the page, about runs that it shows. @throws Refused */
export async function answerTo(request: PageRequest, sources: AnswerSources, signal: AbortSignal): Promise<Reply> {
  switch (request.kind) {
    case 'curve':
      return curveColumns(await measuredRuns(request.runs, sources, signal), request);
    case 'metric':
      return metricColumns(await measuredRuns(request.runs, sources, signal), request);
    case 'mechanisms':
      return toldOf('mechanism', request, sources);
    case 'confusions':
      return toldOf('confusion', request, sources);
    case 'forgotten':
      return toldOf('forgotten', request, sources);
    case 'analyses':
      runOf(request.run, sources);
      return sources.reader.analysesOf(request.run, signal).catch(refuseFault);
    case 'several':
      runOf(request.run, sources);
      return sources.reader.severalOf(request.run, request.name).catch(refuseFault);
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

async function toldOf<Kind extends ToldKind>(
  kind: Kind,
  { run, task }: { readonly run: string; readonly task?: number | undefined },
  sources: AnswerSources,
): Promise<readonly EventOf<Kind>[]> {
  runOf(run, sources);
  return sources.reader.told(run, kind, task).catch(refuseFault);
}
