import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AskError, connectHost, LONGEST_MS } from './host';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const request = { kind: 'forgotten', run: 'a' } as const;

function setUp() {
  const sent: unknown[] = [];
  const host = connectHost({ postMessage: (message) => sent.push(message), getState: () => ({}), setState: () => {} });
  const outcome = (asked: Promise<unknown>) =>
    asked.then(
      (reply) => reply,
      (error: unknown) => (error instanceof AskError ? error.why : error),
    );
  return { host, sent, outcome };
}

describe('asking the host', () => {
  it('gives each the answer under its number, in whatever order they come', async () => {
    const { host, sent, outcome } = setUp();
    const [first, second] = [outcome(host.ask(request)), outcome(host.ask(request))];
    expect(sent).toEqual([0, 1].map((id) => ({ type: 'ask', id, request })));
    host.answered({ type: 'refused', id: 1, why: 'unknown run' });
    host.answered({ type: 'reply', id: 0, reply: [] });
    expect([await first, await second]).toEqual([[], 'unknown run']);
  });

  it('is over when it is cancelled, which the host is told, and a late answer is no matter', async () => {
    const { host, sent, outcome } = setUp();
    const control = new AbortController();
    const asked = outcome(host.ask(request, control.signal));
    control.abort();
    host.answered({ type: 'reply', id: 0, reply: [] });
    expect(await asked).toBe('cancelled');
    expect(sent.at(-1)).toEqual({ type: 'cancel', id: 0 });
    expect(await outcome(host.ask(request, control.signal))).toBe('cancelled');
    expect(sent).toHaveLength(2);
  });

  it('does not wait for ever, nor for what was answered', async () => {
    const { host, sent, outcome } = setUp();
    const [first, second] = [outcome(host.ask(request)), outcome(host.ask(request))];
    host.answered({ type: 'reply', id: 0, reply: [] });
    await vi.advanceTimersByTimeAsync(LONGEST_MS);
    expect([await first, await second]).toEqual([[], 'late']);
    expect(sent.slice(2)).toEqual([{ type: 'cancel', id: 1 }]);
  });
});
