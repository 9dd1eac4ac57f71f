import { ORPCError } from '@orpc/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionLost, explain, ReconnectingLink, type ConnectionStatus } from '../../src-renderer/client';

/** Just enough of a WebSocket for the link: opened, closed and answered by hand. */
class FakeSocket extends EventTarget {
  static all: FakeSocket[] = [];
  readyState = 0;
  readonly sent: unknown[] = [];
  constructor() {
    super();
    FakeSocket.all.push(this);
  }
  send(message: unknown): void {
    this.sent.push(message);
  }
  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }
}

const options = (onStatus: (status: ConnectionStatus) => void, state: 'good' | 'refused' | 'unreachable' = 'unreachable') => ({
  openSocket: () => new FakeSocket() as unknown as WebSocket,
  sessionState: () => Promise.resolve(state),
  onStatus,
});
const context = { context: {} };

describe('ReconnectingLink', () => {
  beforeEach(() => {
    FakeSocket.all = [];
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  it('opens a new socket after each loss, waiting longer each time, and starts over once connected', async () => {
    const seen: ConnectionStatus[] = [];
    new ReconnectingLink({ ...options((status) => seen.push(status)), delays: [100, 1000] });
    FakeSocket.all[0].open();
    FakeSocket.all[0].close();
    await vi.advanceTimersByTimeAsync(99);
    expect(FakeSocket.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(FakeSocket.all).toHaveLength(2);
    FakeSocket.all[1].close(); // the engine is still away
    await vi.advanceTimersByTimeAsync(999);
    expect(FakeSocket.all).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    FakeSocket.all[2].open();
    FakeSocket.all[2].close();
    await vi.advanceTimersByTimeAsync(100);
    expect(FakeSocket.all).toHaveLength(4);
    expect(seen).toEqual(['open', 'lost', 'lost', 'open', 'lost']);
  });

  it('says that the session is refused and stops trying', async () => {
    const seen: ConnectionStatus[] = [];
    new ReconnectingLink(options((status) => seen.push(status), 'refused'));
    FakeSocket.all[0].close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen).toEqual(['refused']);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it('holds a call until the connection is there', async () => {
    const link = new ReconnectingLink(options(() => undefined));
    void link.call(['runs', 'list'], undefined, context).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(1000);
    expect(FakeSocket.all[0].sent).toHaveLength(0);
    FakeSocket.all[0].open();
    await vi.advanceTimersByTimeAsync(1);
    expect(FakeSocket.all[0].sent).toHaveLength(1);
    link.close();
  });

  it('fails a call that was under way when the connection was lost, and one that has waited too long', async () => {
    const link = new ReconnectingLink({ ...options(() => undefined), patience: 5000 });
    FakeSocket.all[0].open();
    const underWay = expect(link.call(['runs', 'list'], undefined, context)).rejects.toThrow(ConnectionLost);
    await vi.advanceTimersByTimeAsync(10);
    FakeSocket.all[0].close();
    await underWay;
    const waiting = expect(link.call(['runs', 'list'], undefined, context)).rejects.toThrow(ConnectionLost);
    await vi.advanceTimersByTimeAsync(5000);
    await waiting;
    link.close();
  });

  it('lets a waiting call be aborted', async () => {
    const link = new ReconnectingLink(options(() => undefined));
    const stop = new AbortController();
    const call = expect(link.call(['runs', 'list'], undefined, { ...context, signal: stop.signal })).rejects.toThrow('enough');
    stop.abort(new Error('enough'));
    await call;
    link.close();
  });
});

describe('explain', () => {
  it('gives what the engine said: what happened, to what, and what to do', () => {
    const data = { code: 'IMAGE_EMPTY', message: 'The file is empty.', subject: 'a.jpg', remedy: 'Choose another.' };
    expect(explain(new ORPCError('GLYPHSCOPE', { defined: true, data }))).toEqual(data);
  });
  it('names a lost connection and its remedy', () => {
    expect(explain(new ConnectionLost())).toEqual({ code: 'PROCESS_DIED', message: 'The connection to the engine was lost.', remedy: 'Glyphscope connects again by itself; then try once more.' });
  });
  it('turns a refused input into INVALID_INPUT and anything else into INTERNAL', () => {
    expect(explain(new ORPCError('BAD_REQUEST', { message: 'Input validation failed' })).code).toBe('INVALID_INPUT');
    expect(explain(new TypeError('x is not a function'))).toEqual({ code: 'INTERNAL', message: 'x is not a function' });
  });
});
