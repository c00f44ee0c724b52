import { workKey } from '../src/core/workText';
import { t } from './strings';

/** What is done, in the language of the page; by the name in the log where it is another program's or the user's own. */
export const workWords = (name: string): string => {
  const key = workKey(name);
  return key ? t(key) : name;
};
