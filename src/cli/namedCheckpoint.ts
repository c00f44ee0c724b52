import { InputError } from './exitCodes';

/** A run that is named on the command line, and the task after which its parameters are meant, from 0. */
export interface NamedCheckpoint {
  readonly name: string;
  readonly task?: number;
}

/** RUN or RUN@TASK. @throws InputError */
export function namedCheckpoint(text: string): NamedCheckpoint {
  const at = text.lastIndexOf('@');
  if (at < 0) return { name: text };
  const [name, task] = [text.slice(0, at), text.slice(at + 1)];
  if (!/^[1-9]\d{0,5}$/.test(task))
    throw new InputError(`After the @ of ${text} stands no task: they count from 1, as in ${name}@1.`);
  return { name, task: Number(task) - 1 };
}
