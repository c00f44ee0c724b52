import type * as z from 'zod';
import { didYouMean, explain, singleIssues } from '../../core/explain';
import { valueAt } from '../../core/ownValue';
import { OwnError } from './ownError';

/** Settings that differ from the defaults as a schema completes them. @throws OwnError that says what is not allowed */
export function completedSettings(settings: z.ZodObject, given: object): Readonly<Record<string, unknown>> {
  const parsed = settings.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = singleIssues(parsed.error.issues);
  throw new OwnError(`These settings are not allowed: ${issue ? said(issue, settings, given) : 'they are none'}`);
}

function said(issue: z.core.$ZodIssue, settings: z.ZodObject, given: object): string {
  const place = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const names = Object.keys(settings.shape);
    if (place === '')
      return `There is no setting "${key}".${didYouMean(key, names)} Settings: ${names.join(', ') || 'none'}.`;
    return `"${place}": Unknown key "${key}".`;
  }
  const { message } = explain(issue, given);
  if (valueAt(given, issue.path) !== undefined) return `"${place}": ${message}`;
  return `"${place}" has no default, so it has to be given: --settings '{"${place}": …}'. (${message})`;
}
