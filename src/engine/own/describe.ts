import path from 'node:path';
import * as z from 'zod';
import { LONGEST_DESCRIPTION, type Description } from '../../core/own/description';
import { link } from './link';
import * as lethe from './lethe';
import type { TaskCount } from '../../core/own/ownFiles';
import { moduleIn, tasksOfStream, type OwnStreamModule } from './moduleOf';
import { OwnError } from './ownError';
import { withOwnPlace } from './places';
import { errorOf } from './throwingErrors';
import { filesIn } from './readFiles';
import { codeOf, readSource } from './source';

/**
 * Loads a file of the user's own and says what it is, as data. What is wrong with it is part of that.
 *
 * @param asked of a stream: settings that differ from its defaults, with which it is to say how many tasks it has
 */
export function describeFile(file: string, asked: object = {}): Description {
  let watched: Record<string, string> = {};
  const [folder, entry] = [path.dirname(path.resolve(file)), path.basename(file)];
  try {
    const read = filesIn(folder);
    const source = readSource(entry, read);
    const code = codeOf(source);
    watched = { ...code.files, ...source.missing };
    const module = moduleIn(link(source, folder, lethe), entry);
    const { kind, card, settings } = module;
    const tasks = module.kind === 'stream' && { tasks: countOf(module, asked) };
    const schema = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' });
    return limited({ kind, watched, code, card, settings: schema, ...tasks } as Description);
  } catch (thrown) {
    const error = errorOf(thrown, `${entry}: It`);
    const seen = error instanceof OwnError && Object.keys(error.watched).length > 0 ? error.watched : watched;
    return { kind: 'faulty', watched: { ...seen }, message: withOwnPlace(error.message, error) };
  }
}

/** @throws OwnError where it is too long to be handed on */
function limited(description: Description): Description {
  if (JSON.stringify(description).length <= LONGEST_DESCRIPTION) return description;
  throw new OwnError(`It says more of itself than ${LONGEST_DESCRIPTION} characters.`);
}

function countOf(module: OwnStreamModule, asked: object): TaskCount {
  try {
    const tasks = tasksOfStream(module, asked);
    return { count: typeof tasks === 'number' ? tasks : tasks.length };
  } catch (thrown) {
    const error = errorOf(thrown, '"tasks"');
    return { fault: withOwnPlace(error.message, error) };
  }
}
