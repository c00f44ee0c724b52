import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { ownValue, valueAt } from '../core/ownValue';

/** Says what a setting of a method of Lethe's own, or of the `training`, means, where that is known. */
export type MeaningOf = (part: string, setting: string) => string | undefined;

/**
 * What the JSON schema of experiment files says of the settings of methods: VS Code reads it by itself, so that what ships
 * holds these texts once.
 *
 * @param dist folder of the programs, beside which the schema ships
 */
export async function readMeanings(dist: string): Promise<MeaningOf> {
  return meaningsIn(JSON.parse(await readFile(path.join(dist, '..', 'media', 'experiment.schema.json'), 'utf8')));
}

/** Of a schema in which each method is a definition of its own, and parts that stand in several places are others. */
export function meaningsIn(schema: unknown): MeaningOf {
  const definitions = ownValue(schema, 'definitions');
  const parts: unknown[] = Object.values(Object(definitions) as object);
  const byMethod = new Map(parts.map((part) => [valueAt(part, ['properties', 'method', 'const']), part]));
  byMethod.set('training', valueAt(schema, ['properties', 'training']));
  const whole = (part: unknown) => {
    const name = ownValue(part, '$ref');
    return typeof name === 'string' ? ownValue(definitions, name.slice(name.lastIndexOf('/') + 1)) : part;
  };
  return (part, setting) => {
    const said = ownValue(whole(valueAt(byMethod.get(part), ['properties', setting])), 'description');
    return typeof said === 'string' ? said : undefined;
  };
}
