import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ToWebview } from '../core/messages';
import type { RunChange } from '../runs/index';
import { BATCH_MS, DashboardChannel, HEARTBEAT_MS, READY_MS } from './channel';
import type { DashboardSource } from './source';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const change = (id: string): RunChange => ({ id, events: [], firstIndex: 0, isNew: false });

function setUp(source: Partial<DashboardSource> = {}) {
  const sent: ToWebview[] = [];
  const listeners = new Set<(changes: readonly RunChange[]) => void>();
  const errors: unknown[] = [];
  const channel = new DashboardChannel(
    {
      snapshot: () => Promise.resolve({ view: { name: 'x', variants: [], seeds: [], trusted: true }, runs: [] }),
      deltas: (changes) => Promise.resolve(changes.map(({ id }) => ({ id }))),
      watch: (listener) => {
        listeners.add(listener);
        return { dispose: () => void listeners.delete(listener) };
      },
      ...source,
    },
    (message) => sent.push(message),
    (error) => errors.push(error),
  );
  const notify = (...ids: string[]) => listeners.forEach((listener) => listener(ids.map(change)));
  const kinds = () => sent.map((message) => `${message.type} ${'seq' in message ? message.seq : ''}`);
  return { channel, sent, listeners, errors, notify, kinds };
}

describe('the channel to the page', () => {
  it('is silent and does not watch until the page is ready', async () => {
    const { sent, listeners } = setUp();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([sent.length, listeners.size]).toEqual([0, 0]);
  });

  it('sends a snapshot, then what changes within a tenth of a second in one delta with the next number', async () => {
    const { channel, notify, kinds, sent } = setUp();
    channel.receive({ type: 'ready' });
    await vi.advanceTimersByTimeAsync(0);
    notify('a');
    notify('b');
    await vi.advanceTimersByTimeAsync(BATCH_MS - 1);
    expect(kinds()).toEqual(['snapshot 1']);
    await vi.advanceTimersByTimeAsync(1);
    expect(kinds()).toEqual(['snapshot 1', 'delta 2']);
    expect(sent[1]).toMatchObject({ runs: [{ id: 'a' }, { id: 'b' }] });
  });

  it('keeps changes that come while a snapshot is being read for the delta after it', async () => {
    let release = () => {};
    const view = { name: 'x', variants: [], seeds: [], trusted: true };
    const snapshot = () =>
      new Promise<{ view: typeof view; runs: [] }>((resolve) => (release = () => resolve({ view, runs: [] })));
    const { channel, notify, kinds } = setUp({ snapshot });
    channel.receive({ type: 'ready' });
    await vi.advanceTimersByTimeAsync(0);
    notify('a');
    await vi.advanceTimersByTimeAsync(BATCH_MS);
    expect(kinds()).toEqual([]);
    release();
    await vi.advanceTimersByTimeAsync(0);
    expect(kinds()).toEqual(['snapshot 1', 'delta 2']);
  });

  it('answers a gap with a snapshot', async () => {
    const { channel, kinds } = setUp();
    channel.receive({ type: 'ready' });
    await vi.advanceTimersByTimeAsync(0);
    channel.receive({ type: 'resync', have: 0 });
    await vi.advanceTimersByTimeAsync(0);
    expect(kinds()).toEqual(['snapshot 1', 'snapshot 2']);
  });

  it('sends a snapshot where the source cannot tell the difference', async () => {
    const { channel, kinds, notify } = setUp({ deltas: () => Promise.resolve(undefined) });
    channel.receive({ type: 'ready' });
    await vi.advanceTimersByTimeAsync(0);
    notify('a');
    await vi.advanceTimersByTimeAsync(BATCH_MS);
    expect(kinds()).toEqual(['snapshot 1', 'snapshot 2']);
  });

  it('says nothing of changes that concern other experiments', async () => {
    const { channel, kinds, notify } = setUp({ deltas: () => Promise.resolve([]) });
    channel.receive({ type: 'ready' });
    await vi.advanceTimersByTimeAsync(0);
    notify('a');
    await vi.advanceTimersByTimeAsync(BATCH_MS);
    expect(kinds()).toEqual(['snapshot 1']);
  });

  it('lets the page know that it is there', async () => {
    const { channel, kinds } = setUp();
    channel.receive({ type: 'ready' });
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
    expect(kinds()).toEqual(['snapshot 1', 'heartbeat 1']);
  });

  it('costs nothing while the page is hidden, and starts anew when it is ready again', async () => {
    const { channel, listeners, notify, kinds } = setUp();
    channel.receive({ type: 'ready' });
    await vi.advanceTimersByTimeAsync(0);
    notify('a');
    channel.hide();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([kinds(), listeners.size]).toEqual([['snapshot 1'], 0]);
    channel.show();
    channel.receive({ type: 'ready' });
    await vi.advanceTimersByTimeAsync(READY_MS);
    expect(kinds()).toEqual(['snapshot 1', 'snapshot 2']);
  });

  it('does not wait for ever for a page that is shown again without being built anew', async () => {
    const { channel, kinds } = setUp();
    channel.show();
    await vi.advanceTimersByTimeAsync(READY_MS);
    expect(kinds()).toEqual(['snapshot 1']);
  });

  it('goes on after a snapshot that failed', async () => {
    const snapshot = vi.fn().mockRejectedValueOnce(new Error('disk')).mockResolvedValue({ view: {}, runs: [] });
    const { channel, errors, kinds } = setUp({ snapshot });
    channel.receive({ type: 'ready' });
    await vi.advanceTimersByTimeAsync(0);
    channel.receive({ type: 'resync', have: 0 });
    await vi.advanceTimersByTimeAsync(0);
    expect(errors).toHaveLength(1);
    expect(kinds()).toEqual(['snapshot 1']);
  });
});
