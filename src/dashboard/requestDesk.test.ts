import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MOST_POINTS } from '../core/curveColumns';
import { fromWebviewSchema, MOST_IMAGES, MOST_RUNS, type PageRequest } from '../core/fromWebview';
import type { ToWebview } from '../core/messages';
import { LONGEST_MS, MOST_AT_ONCE, MOST_WAITING, Refused, RequestDesk } from './requestDesk';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const curve = { kind: 'curve', runs: ['a'], measure: 'accuracy', points: 100 } as const;

/** A desk whose answers come when they are released. */
function setUp() {
  const sent: string[] = [];
  const errors: unknown[] = [];
  const begun: { request: PageRequest; signal: AbortSignal; done: () => void; fail: (error: Error) => void }[] = [];
  const post = (message: ToWebview) => {
    if (message.type === 'reply') sent.push(`reply ${message.id}`);
    if (message.type === 'refused') sent.push(`${message.why} ${message.id}`);
  };
  const answer = (request: PageRequest, signal: AbortSignal) =>
    new Promise<[]>((resolve, fail) => begun.push({ request, signal, done: () => resolve([]), fail }));
  const desk = new RequestDesk(answer, post, (error) => errors.push(error));
  const settle = () => vi.advanceTimersByTimeAsync(0);
  return { desk, sent, errors, begun, settle };
}

describe('what the page asks for', () => {
  it('is answered under its number', async () => {
    const { desk, sent, begun, settle } = setUp();
    desk.receive({ id: 7, request: curve });
    expect(begun[0]?.request).toEqual(curve);
    begun[0]?.done();
    await settle();
    expect(sent).toEqual(['reply 7']);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['text', 'curve'],
    ['an unknown kind', { kind: 'files' }],
    ['no runs', { ...curve, runs: [] }],
    ['runs without end', { ...curve, runs: Array.from({ length: MOST_RUNS + 1 }, String) }],
    ['a run that is no text', { ...curve, runs: [{}] }],
    ['a name without end', { kind: 'forgotten', run: 'x'.repeat(1000) }],
    ['points without end', { ...curve, points: MOST_POINTS + 1 }],
    ['half a point', { ...curve, points: 2.5 }],
    ['a range of no numbers', { ...curve, from: NaN }],
    ['a range up to infinity', { ...curve, to: Infinity }],
    ['a range that ends before it begins', { ...curve, from: 10, to: 9 }],
    ['another measure', { ...curve, measure: '__proto__' }],
    ['a task before the first', { kind: 'mechanisms', run: 'a', task: -1 }],
    ['more than it may name', { kind: 'confusions', run: 'a', path: '../../etc' }],
    ['no pictures', { kind: 'images', run: 'a', part: 'test', index: [] }],
    ['pictures without end', { kind: 'images', run: 'a', part: 'test', index: new Array(MOST_IMAGES + 1).fill(0) }],
    ['a picture of another part', { kind: 'images', run: 'a', part: '../train', index: [0] }],
    ['columns of different lengths', { kind: 'images', run: 'a', part: 'test', index: [0, 1], task: [0] }],
  ])('is refused where it is %s', (_what, request) => {
    const { desk, sent, begun } = setUp();
    desk.receive({ id: 1, request });
    expect([sent, begun]).toEqual([['invalid 1'], []]);
  });

  it('is no message at all without a number of its own', () => {
    for (const id of [undefined, '1', -1, 1.5, NaN, Infinity])
      expect(fromWebviewSchema.safeParse({ type: 'ask', id, request: curve }).success).toBe(false);
  });

  it('waits while others are worked on, and is refused where too many wait', async () => {
    const { desk, sent, begun, settle } = setUp();
    const most = MOST_AT_ONCE + MOST_WAITING;
    for (let id = 0; id < most + 2; id++) desk.receive({ id, request: curve });
    expect(begun).toHaveLength(MOST_AT_ONCE);
    expect(sent).toEqual([`busy ${most}`, `busy ${most + 1}`]);
    begun[0]?.done();
    await settle();
    expect(begun).toHaveLength(MOST_AT_ONCE + 1);
    desk.receive({ id: most + 3, request: curve });
    expect(sent.slice(2)).toEqual(['reply 0']);
  });

  it('under a number that is in use is not heard', async () => {
    const { desk, sent, begun, settle } = setUp();
    desk.receive({ id: 1, request: curve });
    desk.receive({ id: 1, request: { kind: 'forgotten', run: 'a' } });
    desk.receive({ id: 1, request: 'nonsense' });
    begun[0]?.done();
    await settle();
    expect([begun.length, sent]).toEqual([1, ['reply 1']]);
  });

  it('is refused when it takes too long, and its late reply is not sent', async () => {
    const { desk, sent, begun, settle } = setUp();
    desk.receive({ id: 1, request: curve });
    await vi.advanceTimersByTimeAsync(LONGEST_MS);
    expect(begun[0]?.signal.aborted).toBe(true);
    begun[0]?.done();
    await settle();
    expect(sent).toEqual(['late 1']);
  });

  it('is not answered once it is cancelled, whether it waits or is worked on', async () => {
    const { desk, sent, begun, settle } = setUp();
    for (let id = 0; id <= MOST_AT_ONCE; id++) desk.receive({ id, request: curve });
    desk.cancel(MOST_AT_ONCE);
    desk.cancel(0);
    desk.cancel(99);
    expect(begun[0]?.signal.aborted).toBe(true);
    begun[0]?.fail(new Error('aborted'));
    begun[1]?.done();
    await settle();
    expect([begun.length, sent]).toEqual([MOST_AT_ONCE, ['reply 1']]);
  });

  it('is forgotten when the page is gone', async () => {
    const { desk, sent, begun, settle } = setUp();
    for (let id = 0; id < 10; id++) desk.receive({ id, request: curve });
    desk.clear();
    // The next page begins to count anew, and waits until those before it are done.
    desk.receive({ id: 0, request: curve });
    expect(begun).toHaveLength(MOST_AT_ONCE);
    for (const { done } of [...begun]) done();
    await settle();
    expect([begun.length, sent]).toEqual([MOST_AT_ONCE + 1, []]);
    begun.at(-1)?.done();
    await settle();
    expect(sent).toEqual(['reply 0']);
  });

  it('is refused with the reason there is; what goes wrong besides is told the log alone', async () => {
    const { desk, sent, errors, begun, settle } = setUp();
    desk.receive({ id: 1, request: curve });
    desk.receive({ id: 2, request: curve });
    begun[0]?.fail(new Refused('unknown run'));
    begun[1]?.fail(new Error('/home/someone/secret: permission denied'));
    await settle();
    expect(sent).toEqual(['unknown run 1', 'failed 2']);
    expect(errors).toHaveLength(1);
  });
});
