import { fromWebviewSchema, parseToWebview } from '../../src/core/messages';
import { perform, type DashboardActions } from '../../src/dashboard/actions';
import { fuzzerOf } from './fuzzer';
import { mutatedText } from './runFiles.attack';
import { pick } from './draws';
import { messagesOfHost, messagesOfPage } from './samples';

/** What may be done although nobody trusts the workspace: it only shows what is there. */
const harmless = new Set(['openFile', 'openLog', 'copyTable']);

/** What a page says to the host: refused, or done; where nobody trusts the workspace nothing is done that acts. */
export const attackMessagesOfPage = fuzzerOf(
  'message of the page',
  (random) => mutatedText(random, pick(random, messagesOfPage)),
  async (text) => {
    const read = fromWebviewSchema.safeParse(parsed(text));
    if (!read.success || read.data.type !== 'action') return [];
    const done: string[] = [];
    await perform(read.data, 'file:///tiny.lethe.json', recorder(done), false);
    return done.filter((name) => !harmless.has(name)).map((name) => `${name} was done in an untrusted workspace`);
  },
);

/** What a host says to the page: taken for a message, or dropped. */
export const attackMessagesOfHost = fuzzerOf(
  'message of the host',
  (random) => mutatedText(random, pick(random, messagesOfHost)),
  (text) => {
    parseToWebview(parsed(text));
    return [];
  },
);

/** Between page and host go values, not text: what is no JSON is a value of another type. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const recorder = (done: string[]): DashboardActions<string> =>
  new Proxy({} as DashboardActions<string>, { get: (_, name) => () => void done.push(String(name)) });
