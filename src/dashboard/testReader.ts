/** For tests: what of a run a dashboard reads when it is asked, from its events. */
import { nothingMeasured } from '../core/analyses/courses';
import type { EventOf, RunEvent } from '../core/events';
import { RunColumns } from '../core/runColumns';
import type { ToldKind } from '../core/told';
import { foldEvents } from '../core/runModel';
import { FileFault } from '../runs/index';
import type { AnswerSources } from './answers';
import type { RunReader } from './source';

const lists = { mechanism: 'mechanisms', confusion: 'confusions', forgotten: 'forgotten' } as const;

/** @param logOf may throw, as a log that cannot be read does. @param measured nothing was, where left out */
export const testReader = (
  logOf: (id: string) => readonly RunEvent[],
  {
    analysesOf = () => Promise.resolve(nothingMeasured),
    severalOf = (id, name) => Promise.reject(new FileFault(`${id}/${name}`, 'is not there')),
  }: Partial<Pick<RunReader, 'analysesOf' | 'severalOf'>> = {},
): AnswerSources['reader'] => ({
  analysesOf,
  severalOf,
  columnsOf: (id) => Promise.resolve(id).then((own) => RunColumns.of(logOf(own))),
  told: <Kind extends ToldKind>(id: string, kind: Kind, task?: number) =>
    Promise.resolve(id).then((own) => {
      const events: readonly EventOf<ToldKind>[] = foldEvents(logOf(own))[lists[kind]];
      return events.filter((event) => task === undefined || event.task === task) as EventOf<Kind>[];
    }),
});
