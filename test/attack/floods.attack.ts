import { setImmediate as turn } from 'node:timers/promises';
import type { Random } from '../../src/engine/random';
import { answerTo } from '../../src/dashboard/answers';
import { MOST_AT_ONCE, RequestDesk } from '../../src/dashboard/requestDesk';
import { between, chance, pick } from './draws';
import { fuzzerOf } from './fuzzer';
import { jsonText } from './json';
import { sourcesOf, strangersIn, type Outcome } from './messages.attack';
import { mutatedValue } from './mutations';
import { requests } from './samples';

/** What a page does at its desk: asks, takes back what it asked, or is loaded anew. */
type Step =
  | { readonly kind: 'ask'; readonly id: number; readonly request: string }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'clear' };

function flood(random: Random): Step[] {
  const steps: Step[] = [];
  const clears = chance(random, 0.3);
  const count = between(random, 300, 3000);
  for (let id = 0; id < count; id++) {
    const request = pick(random, requests);
    const text = jsonText(chance(random, 0.3) ? mutatedValue(random, request) : request);
    // A number may be used again while it is in use.
    steps.push({ kind: 'ask', id: chance(random, 0.1) ? between(random, 0, id) : id, request: text });
    if (chance(random, 0.2)) steps.push({ kind: 'cancel', id: between(random, 0, id) });
    if (clears && chance(random, 0.002)) steps.push({ kind: 'clear' });
  }
  return steps;
}

/**
 * Thousands of requests at once: never more at work than there may be, at most a word for each time that was asked, one for
 * each that nobody took back; and who asks afterwards is answered.
 */
export const attackFloods = fuzzerOf('flood', flood, async (steps) => {
  const faults: string[] = [];
  const touched = new Set<string>();
  const sources = sourcesOf(touched);
  const told = new Map<number, Outcome['type'][]>();
  let [working, most] = [0, 0];
  const desk = new RequestDesk(
    (request, signal) => {
      most = Math.max(most, ++working);
      return answerTo(request, sources, signal).finally(() => working--);
    },
    (message) => {
      if (message.type === 'reply' || message.type === 'refused')
        told.set(message.id, [...(told.get(message.id) ?? []), message.type]);
    },
    (error) => faults.push(`a request failed: ${String(error).split('\n')[0] ?? ''}`),
  );
  const done = async () => {
    do await turn();
    while (working > 0);
  };
  for (const step of steps) {
    if (step.kind === 'ask') desk.receive({ id: step.id, request: parsed(step.request) });
    else if (step.kind === 'cancel') desk.cancel(step.id);
    else desk.clear();
  }
  await done();
  if (most > MOST_AT_ONCE) faults.push(`${most} requests were worked on at once`);
  faults.push(...strangersIn(touched), ...miscounted(steps, told));
  desk.receive({ id: -1, request: requests[0] });
  await done();
  if (told.get(-1)?.join() !== 'reply') faults.push('who asks after a flood is not answered');
  return faults;
});

function miscounted(steps: readonly Step[], told: ReadonlyMap<number, readonly unknown[]>): string[] {
  const asks = new Map<number, number>();
  const takenBack = new Set<number>();
  for (const step of steps) {
    if (step.kind === 'ask') asks.set(step.id, (asks.get(step.id) ?? 0) + 1);
    if (step.kind === 'cancel') takenBack.add(step.id);
    // Who is loaded anew has asked nothing yet.
    if (step.kind === 'clear') for (const id of asks.keys()) takenBack.add(id);
  }
  const wordsFor = (id: number) => told.get(id)?.length ?? 0;
  return [
    ...([...told.keys()].some((id) => wordsFor(id) > (asks.get(id) ?? 0)) ? ['more was said than asked'] : []),
    ...([...asks.keys()].some((id) => wordsFor(id) === 0 && !takenBack.has(id)) ? ['a request got no word'] : []),
  ];
}

/** What is no JSON is a value of another type. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
