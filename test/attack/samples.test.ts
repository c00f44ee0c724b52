import { describe, expect, it } from 'vitest';
import { eventSchema, parseEventLine } from '../../src/core/events';
import { actions, fromWebviewSchema, requestSchema } from '../../src/core/fromWebview';
import { messagesOfPage, sampleEvents } from './samples';

const typesOf = (options: readonly { readonly shape: { readonly type: { readonly value: string } } }[]): string[] =>
  options.map(({ shape }) => shape.type.value).sort();

/** What is mutated has to be valid, and whole: a kind that is not there is never attacked. */
describe('the samples of the attack', () => {
  it('have an event of every type', () => {
    expect([...new Set(sampleEvents.map(({ type }) => type))].sort()).toEqual(typesOf(eventSchema.options));
    for (const event of sampleEvents)
      expect(parseEventLine(JSON.stringify(event)), event.type).toEqual({ kind: 'event', event });
  });

  it('have a message of every type, every action, and a request of every kind', () => {
    const all = messagesOfPage.map((message) => fromWebviewSchema.parse(message));
    expect([...new Set(all.map(({ type }) => type))].sort()).toEqual(typesOf(fromWebviewSchema.options));
    expect(all.flatMap((message) => (message.type === 'action' ? [message.action] : []))).toEqual(actions);
    const kinds = all.flatMap((message) => (message.type === 'ask' ? [requestSchema.parse(message.request).kind] : []));
    const known = requestSchema.options.map(({ shape }) => shape.kind.value);
    expect([...new Set(kinds)].sort()).toEqual(known.sort());
  });
});
