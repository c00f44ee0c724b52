import { fromWebviewSchema, type FromWebview } from '../../src/core/fromWebview';
import { parseToWebview, type ToWebview } from '../../src/core/messages';
import type { Run } from '../../src/core/run';
import { foldEvents } from '../../src/core/runModel';
import { perform, type DashboardActions } from '../../src/dashboard/actions';
import { answerTo, type AnswerSources } from '../../src/dashboard/answers';
import { RequestDesk } from '../../src/dashboard/requestDesk';
import { testReader } from '../../src/dashboard/testReader';
import { fuzzerOf } from './fuzzer';
import { mutatedText } from './runFiles.attack';
import { pick } from './draws';
import { messagesOfHost, messagesOfPage, sampleEvents, sampleManifest } from './samples';

/** What may be done although nobody trusts the workspace: it only shows what is there. */
const harmless = new Set([
  'openFile',
  'openLog',
  'openReport',
  'showSettings',
  'compareSettings',
  'reveal',
  'copyTable',
  'copyLink',
]);

/** What a page says to the host: refused, or done; where nobody trusts the workspace nothing is done that acts. */
export const attackMessagesOfPage = fuzzerOf(
  'message of the page',
  (random) => mutatedText(random, pick(random, messagesOfPage)),
  async (text) => {
    const read = fromWebviewSchema.safeParse(parsed(text));
    if (!read.success) return [];
    if (read.data.type === 'ask') return outcomeOf(read.data);
    if (read.data.type !== 'action') return [];
    const done: string[] = [];
    await perform(read.data, 'file:///tiny.lethe.json', recorder(done), false);
    return done.filter((name) => !harmless.has(name)).map((name) => `${name} was done in an untrusted workspace`);
  },
);

/** One run is shown. A request about it is answered, one about any other is refused; each gets one word, and no more. */
async function outcomeOf(asked: Extract<FromWebview, { type: 'ask' }>): Promise<string[]> {
  const told: Outcome[] = [];
  const faults: string[] = [];
  const touched = new Set<string>();
  const sources = sourcesOf(touched);
  await new Promise<void>((resolve) => {
    const desk = new RequestDesk(
      (request, signal) => answerTo(request, sources, signal),
      (message) => {
        if (message.type === 'reply' || message.type === 'refused') told.push(message);
        resolve();
      },
      (error) => faults.push(`a request failed: ${String(error).split('\n')[0] ?? ''}`),
    );
    desk.receive(asked);
    // The same number once more, while it is in use: not heard, and nothing comes of it.
    desk.receive(asked);
  });
  faults.push(...strangersIn(touched));
  if (told.some(({ id }) => id !== asked.id)) faults.push('another request was answered');
  return faults;
}

/** Where one run is shown. @param touched the runs that were read */
export const sourcesOf = (touched: Set<string>): AnswerSources => ({
  reader: testReader((id) => {
    touched.add(id);
    return sampleEvents;
  }),
  shown: (id) => (id === shownRun.manifest.id ? shownRun : undefined),
  places: { shipped: 'dist/data', own: 'no such folder' },
});

export const strangersIn = (touched: ReadonlySet<string>): string[] =>
  [...touched].some((id) => id !== shownRun.manifest.id) ? ['a run that is not shown was read'] : [];

export type Outcome = Extract<ToWebview, { type: 'reply' | 'refused' }>;

const shownRun: Run = { manifest: sampleManifest(0, 1), status: 'done', state: foldEvents(sampleEvents) };

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
