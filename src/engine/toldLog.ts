import { formatPercent } from '../core/format';
import { EventLog, type NewEvent } from './log';

/** A log that tells whoever debugs the run how far it is. */
export class ToldLog extends EventLog {
  override write(event: NewEvent): void {
    super.write(event);
    const text = textOf(event);
    if (text !== undefined) console.log(text);
  }
}

function textOf(event: NewEvent): string | undefined {
  switch (event.type) {
    case 'started':
      return `${event.parameters ?? '?'} parameters, ${event.tasks.length} tasks`;
    case 'task-start':
      return `task ${event.task + 1}: ${event.steps} steps`;
    case 'step':
      return `  step ${event.step}: loss ${event.loss.toPrecision(4)}`;
    case 'task-end':
      return `  accuracy ${event.accuracy.map((one) => (one === null ? '–' : formatPercent(one))).join(', ')}`;
    case 'warning':
      return `warning: ${event.message}`;
    case 'ended':
      return `${event.status}${event.error === undefined ? '' : `: ${event.error}`}`;
    default:
      return undefined;
  }
}
